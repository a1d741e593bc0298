//! How hot the board is, and whether it slows itself down: thermal zones of the kernel, and the firmware of a Raspberry Pi.

use super::{Line, Places};
use crate::domain::{Told, told};

/// Boards slow down from here: a Raspberry Pi at 80 to 85 degrees Celsius, small PCs at 90 to 100.
const WARM_C: f64 = 75.0;
const HOT_C: f64 = 85.0;

/// Readings outside are a sensor that is not there.
const PLAUSIBLE_C: std::ops::Range<f64> = -40.0..150.0;

/// What the board says. Also what a page or a metric shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Heat {
    /// The hottest zone, degrees Celsius; `None` where the board has no sensor.
    pub celsius: Option<f64>,
    /// Bits of the firmware; `None` where the board is no Raspberry Pi.
    pub throttled: Option<Throttled>,
}

/// The Raspberry Pi firmware's `get_throttled`: the low bits are now, the same bits 16 higher since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled(pub u32);

impl Throttled {
    const UNDER_VOLTAGE: u32 = 1;
    const SLOWED: u32 = 0b1110;

    pub fn is_under_voltage(self) -> bool {
        self.0 & Self::UNDER_VOLTAGE != 0
    }

    pub fn is_slowed(self) -> bool {
        self.0 & Self::SLOWED != 0
    }

    fn was_under_voltage(self) -> bool {
        (self.0 >> 16) & Self::UNDER_VOLTAGE != 0
    }

    fn was_slowed(self) -> bool {
        (self.0 >> 16) & Self::SLOWED != 0
    }
}

impl Heat {
    pub fn read(places: &Places) -> Self {
        let zones = places.names("sys/class/thermal");
        let degrees = zones.iter().filter(|zone| zone.starts_with("thermal_zone")).filter_map(|zone| {
            let thousandths: f64 = places.number(&format!("sys/class/thermal/{zone}/temp"))?;
            Some(thousandths / 1_000.0).filter(|celsius| PLAUSIBLE_C.contains(celsius))
        });
        Self { celsius: degrees.max_by(f64::total_cmp), throttled: throttled(places) }
    }
}

/// The firmware's node lies under `soc` with the address that the board's memory map gives it.
fn throttled(places: &Places) -> Option<Throttled> {
    let devices = "sys/devices/platform";
    let socs = places.names(devices).into_iter().filter(|name| name.starts_with("soc"));
    let nodes = socs.flat_map(|soc| {
        let folder = format!("{devices}/{soc}");
        let inside = places.names(&folder).into_iter().filter(|name| name.ends_with(":firmware"));
        inside.map(move |firmware| format!("{folder}/{firmware}/get_throttled")).collect::<Vec<_>>()
    });
    let text = nodes.into_iter().find_map(|node| places.text(&node))?;
    u32::from_str_radix(text.trim_start_matches("0x"), 16).ok().map(Throttled)
}

/// The board's temperature and power.
pub fn temperature(places: &Places) -> Line {
    judge(Heat::read(places))
}

fn judge(heat: Heat) -> Line {
    let shown = match heat.celsius {
        Some(celsius) => Told::same(format!("{celsius:.0} °C")),
        None => told!("no sensor", "没有传感器"),
    };
    let power = told!("take the board's own power supply and a short, thick cable", "请使用主板专用电源和短而粗的线缆");
    let air = told!(
        "clean the fan and the openings, keep the sun off, check that the heat sink sits tight",
        "请清洁风扇和通风口，避免日晒，并检查散热片是否贴紧"
    );
    let bits = heat.throttled.unwrap_or(Throttled(0));
    let celsius = heat.celsius.unwrap_or(0.0);
    if bits.is_under_voltage() {
        let finding = told!(shown => "{shown}; the board gets too little voltage now", "{shown}；主板当前供电电压不足");
        return Line::bad("temperature", finding, power);
    }
    if bits.is_slowed() || celsius >= HOT_C {
        let finding = told!(shown => "{shown}; the board is slowed down now", "{shown}；主板当前已降速");
        return Line::bad("temperature", finding, air);
    }
    if bits.was_under_voltage() {
        let finding = told!(shown => "{shown}; the board got too little voltage since it started",
            "{shown}；主板启动以来曾供电电压不足");
        return Line::warning("temperature", finding, power);
    }
    if bits.was_slowed() || celsius >= WARM_C {
        let finding = told!(shown => "{shown}; near to, or earlier, slowed down by heat",
            "{shown}；接近或曾经因过热降速");
        return Line::warning("temperature", finding, air);
    }
    Line::good("temperature", shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::checks::places::tests::system;

    #[test]
    fn the_hottest_plausible_zone_counts() {
        let (_folder, places) = system(&[
            ("sys/class/thermal/thermal_zone0/temp", "48312\n"),
            ("sys/class/thermal/thermal_zone1/temp", "61000\n"),
            ("sys/class/thermal/thermal_zone2/temp", "-274000\n"),
            ("sys/class/thermal/cooling_device0/temp", "99000\n"),
        ]);
        assert_eq!(Heat::read(&places), Heat { celsius: Some(61.0), throttled: None });
        assert_eq!(temperature(&places).finding.en, "61 °C");
        assert_eq!(temperature(&Places::at("/nowhere")).finding.en, "no sensor");
    }

    #[test]
    fn the_firmware_is_found_under_either_name() {
        for node in ["soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware"] {
            let place = format!("sys/devices/platform/{node}/get_throttled");
            assert_eq!(Heat::read(&system(&[(&place, "50005\n")]).1).throttled, Some(Throttled(0x50005)));
        }
    }

    #[test]
    fn now_is_bad_and_earlier_is_doubtful() {
        let with = |bits, celsius| judge(Heat { celsius: Some(celsius), throttled: Some(Throttled(bits)) });
        assert_eq!(with(0, 50.0).health, Health::Good);
        assert!(with(0x50005, 50.0).finding.en.contains("too little voltage now"));
        assert_eq!(with(0x50000, 50.0).health, Health::Warning);
        assert_eq!(with(0xE0008, 50.0).health, Health::Bad);
        assert_eq!(with(0xE0000, 50.0).health, Health::Warning);
        assert_eq!((with(0, 78.0).health, with(0, 86.0).health), (Health::Warning, Health::Bad));
    }
}
