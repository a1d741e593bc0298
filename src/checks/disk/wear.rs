//! How much of its life a disk has used, where it tells: eMMC by `life_time` and `pre_eol_info` (JEDEC JESD84-B51, EXT_CSD
//! bytes 267 to 269). SD cards tell nothing; NVMe drives tell only to a privileged command, which is not asked here.

use crate::checks::{Line, Places};
use crate::domain::{Told, told};

/// Tenths of its life used from which a disk is to be replaced on the next visit.
const LIFE_TENTHS_WARNING: u8 = 8;

/// EXT_CSD says 11 when the estimated life is exceeded.
const LIFE_EXCEEDED: u8 = 11;

/// The wear of every disk that tells it; one good line when none does.
pub fn wear(places: &Places) -> Line {
    let worn: Vec<(String, u8, u8)> = places.names("sys/block").iter().filter_map(|disk| worn(places, disk)).collect();
    let Some((disk, life, reserve)) = worn.into_iter().max_by_key(|&(_, life, reserve)| (life, reserve)) else {
        let finding = told!("no disk here tells its wear; SD cards never do", "本机磁盘均不报告磨损；SD 卡从不报告");
        return Line::good("disk wear", finding);
    };
    let (used, left) = (life_words(life), reserve_words(reserve));
    let finding = told!(used, left => "{disk}: {used}, {left}", "{disk}：{used}，{left}");
    if life >= LIFE_EXCEEDED || reserve >= 3 {
        let repair = told!("back up, then replace the disk", "请先备份，再更换磁盘");
        return Line::bad("disk wear", finding, repair);
    }
    if life >= LIFE_TENTHS_WARNING || reserve == 2 {
        let repair = told!("back up, then replace the disk on the next visit", "请先备份，并在下次维护时更换磁盘");
        return Line::warning("disk wear", finding, repair);
    }
    Line::good("disk wear", finding)
}

/// Tenths of life used, the worse of its two kinds of cells, and what is left of the reserve.
fn worn(places: &Places, disk: &str) -> Option<(String, u8, u8)> {
    let life = places.text(&format!("sys/block/{disk}/device/life_time"))?;
    let life = life.split_whitespace().filter_map(hex).max()?;
    let reserve = places.text(&format!("sys/block/{disk}/device/pre_eol_info"));
    let reserve = reserve.as_deref().and_then(hex).unwrap_or(0);
    // Zero is "not defined": a card of a maker who tells nothing.
    (life > 0).then(|| (disk.to_string(), life, reserve))
}

fn hex(word: &str) -> Option<u8> {
    u8::from_str_radix(word.strip_prefix("0x").unwrap_or(word), 16).ok()
}

fn life_words(life: u8) -> Told {
    match life {
        LIFE_EXCEEDED.. => told!("its estimated life is exceeded", "已超过预计寿命"),
        _ => told!("up to {} % of its life used", "寿命最多已用 {} %", u16::from(life) * 10),
    }
}

fn reserve_words(reserve: u8) -> Told {
    match reserve {
        1 => told!("reserve blocks are there", "备用块充足"),
        2 => told!("80 % of its reserve blocks are used", "备用块已用 80 %"),
        3.. => told!("90 % of its reserve blocks are used", "备用块已用 90 %"),
        0 => told!("it does not tell its reserve", "不报告备用块"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::checks::places::tests::system;

    fn card(life: &str, reserve: &str) -> Line {
        let (_folder, places) = system(&[
            ("sys/block/mmcblk0/device/life_time", life),
            ("sys/block/mmcblk0/device/pre_eol_info", reserve),
            ("sys/block/loop0/size", "0"),
        ]);
        wear(&places)
    }

    #[test]
    fn the_worse_kind_of_cells_counts() {
        let line = card("0x02 0x01\n", "0x01\n");
        assert_eq!(line.finding.en, "mmcblk0: up to 20 % of its life used, reserve blocks are there");
        assert_eq!(line.health, Health::Good);
        assert_eq!(card("0x01 0x09", "0x01").health, Health::Warning);
        assert_eq!(card("0x0b 0x01", "0x01").health, Health::Bad);
        assert_eq!(card("0x01 0x01", "0x02").health, Health::Warning);
        assert_eq!(card("0x01 0x01", "0x03").health, Health::Bad);
    }

    #[test]
    fn what_tells_nothing_is_no_fault() {
        assert_eq!(card("0x00 0x00", "0x00").health, Health::Good);
        assert_eq!(card("worn", "out").health, Health::Good);
        assert_eq!(wear(&Places::at("/nowhere")).finding.en, "no disk here tells its wear; SD cards never do");
    }
}
