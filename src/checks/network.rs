//! The network as the system sees it: what is up, where the way out leads, how strong the radio is. Asks nobody and looks up no
//! name. usher answers without a network, so that its absence is doubtful at most.

use super::{Line, Places};
use crate::domain::{Told, told};

/// Radio signals weaker than this lose packets in a hall full of people, dBm. Chosen: makers advise -67 for voice.
const SIGNAL_MIN_DBM: f32 = -75.0;

/// `RTF_UP` of the kernel's routing table (linux/route.h).
const ROUTE_IS_UP: u32 = 1;

/// One interface that carries.
#[derive(Debug, PartialEq)]
struct Interface {
    name: String,
    speed_mbit: Option<i64>,
}

/// What is up and where the way out leads.
pub fn network(places: &Places) -> Line {
    let up: Vec<Interface> = places.names("sys/class/net").iter().filter_map(|name| carrying(places, name)).collect();
    if up.is_empty() {
        let finding = told!("no cable and no radio network is connected", "未连接网线，也未连接无线网络");
        let repair = told!(
            "plug the cable in or join the site's radio network; visitors are answered meanwhile, people elsewhere are not reached",
            "请插好网线或加入站点的无线网络；期间仍可回答访客，但无法联系别处的工作人员"
        );
        return Line::warning("network", finding, repair);
    }
    let shown = Told::listed(up.iter().map(shown));
    let Some(way) = way_out(places) else {
        let finding = told!(shown => "{shown}; no way out of this network", "{shown}；没有通往外部的路由");
        let repair = told!(
            "check the address (`ip address`) and the site's DHCP; a desk in the same network is reached without a way out",
            "请检查地址（`ip address`）和站点的 DHCP；连接同一网络内的服务台无需外部路由"
        );
        return Line::warning("network", finding, repair);
    };
    if let Some((name, dbm)) = weakest_signal(places).filter(|&(_, dbm)| dbm < SIGNAL_MIN_DBM) {
        let finding = told!(shown => "{shown}; the radio signal of {name} is weak, {dbm:.0} dBm",
            "{shown}；{name} 的无线信号弱，{dbm:.0} dBm");
        let repair = told!("move the aerial or the access point, or lay a cable", "请移动天线或接入点，或改用网线");
        return Line::warning("network", finding, repair);
    }
    Line::good("network", told!(shown => "{shown}; way out by {way}", "{shown}；经 {way} 通往外部"))
}

fn shown(interface: &Interface) -> Told {
    let name = &interface.name;
    match interface.speed_mbit {
        Some(speed) => told!("{name} at {speed} Mbit/s", "{name} 速率 {speed} Mbit/s"),
        None => told!("{name} is up", "{name} 已连接"),
    }
}

/// The interface when it is up and no loop. `unknown` is what drivers without states say; their carrier decides.
fn carrying(places: &Places, name: &str) -> Option<Interface> {
    let of = |file: &str| places.text(&format!("sys/class/net/{name}/{file}"));
    let state = of("operstate")?;
    let is_up = state == "up" || (state == "unknown" && of("carrier").as_deref() == Some("1"));
    // ARPHRD_LOOPBACK of linux/if_arp.h
    let is_loop = of("type").as_deref() == Some("772");
    let speed = of("speed").and_then(|speed| speed.parse().ok()).filter(|&speed| speed > 0);
    (is_up && !is_loop).then(|| Interface { name: name.into(), speed_mbit: speed })
}

/// The interface of a default route, IPv4 before IPv6.
fn way_out(places: &Places) -> Option<String> {
    let old = places.text("proc/net/route").unwrap_or_default();
    let new = places.text("proc/net/ipv6_route").unwrap_or_default();
    old.lines().skip(1).find_map(default_of_old).or_else(|| new.lines().find_map(default_of_new))
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask ...`, numbers in hexadecimal.
fn default_of_old(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let hex = |index: usize| u32::from_str_radix(fields.get(index)?, 16).ok();
    (hex(1)? == 0 && hex(7)? == 0 && hex(3)? & ROUTE_IS_UP != 0).then(|| fields[0].to_string())
}

/// `destination prefix source prefix gateway metric ref use flags interface`: the kernel lists `lo` as a way to refuse.
fn default_of_new(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let is_all = fields.first()?.bytes().all(|digit| digit == b'0') && fields.get(1) == Some(&"00");
    let flags = u32::from_str_radix(fields.get(8)?, 16).ok()?;
    let name = *fields.get(9)?;
    (is_all && flags & ROUTE_IS_UP != 0 && name != "lo").then(|| name.to_string())
}

/// From `/proc/net/wireless`: two lines of heading, then `name: status link level noise ...`.
fn weakest_signal(places: &Places) -> Option<(String, f32)> {
    let text = places.text("proc/net/wireless")?;
    let signals = text.lines().skip(2).filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let dbm: f32 = rest.split_whitespace().nth(2)?.trim_end_matches('.').parse().ok()?;
        // Drivers that tell no dBm tell a share from 0 to 100.
        (dbm < 0.0).then(|| (name.trim().to_string(), dbm))
    });
    signals.min_by(|one, other| one.1.total_cmp(&other.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::checks::places::tests::system;

    const ROUTES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
        eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
    const LOOP: [(&str, &str); 2] = [("sys/class/net/lo/operstate", "unknown"), ("sys/class/net/lo/type", "772")];
    const CABLE: [(&str, &str); 2] = [("sys/class/net/eth0/operstate", "up"), ("sys/class/net/eth0/speed", "1000")];
    const WIRELESS: &str = "Inter-| sta-|   Quality        |   Discarded packets\n face | tus | link level noise |  nwid\n\
        wlan0: 0000   38.  -82.  -256        0\n";

    fn found(files: &[&[(&str, &str)]]) -> Line {
        network(&system(&files.concat()).1)
    }

    #[test]
    fn a_cable_with_a_way_out_is_good() {
        let line = found(&[&LOOP, &CABLE, &[("proc/net/route", ROUTES)]]);
        assert_eq!((line.health, line.finding.en.as_str()), (Health::Good, "eth0 at 1000 Mbit/s; way out by eth0"));
    }

    #[test]
    fn nothing_is_doubtful_and_never_bad() {
        assert_eq!(found(&[&LOOP]).health, Health::Warning);
        assert_eq!(found(&[&LOOP, &CABLE]).finding.en, "eth0 at 1000 Mbit/s; no way out of this network");
        assert_eq!(network(&Places::at("/nowhere")).health, Health::Warning);
    }

    #[test]
    fn ipv6_alone_is_a_way_out_and_a_refusal_is_none() {
        let zeros = "0".repeat(32);
        let refusal = format!("{zeros} 00 {zeros} 00 {zeros} ffffffff 00000001 00000000 00200200       lo\n");
        let gate = format!("{zeros} 00 {zeros} 00 fe800000000000000000000000000001 00000400 1 0 00000003 eth0\n");
        assert_eq!(found(&[&CABLE, &[("proc/net/ipv6_route", &refusal)]]).health, Health::Warning);
        assert_eq!(found(&[&CABLE, &[("proc/net/ipv6_route", &(refusal + &gate))]]).health, Health::Good);
    }

    #[test]
    fn a_weak_radio_is_told() {
        let radio =
            [("sys/class/net/wlan0/operstate", "up"), ("proc/net/wireless", WIRELESS), ("proc/net/route", ROUTES)];
        assert_eq!(found(&[&radio]).finding.en, "wlan0 is up; the radio signal of wlan0 is weak, -82 dBm");
    }

    #[test]
    fn tables_that_are_cut_off_are_no_way_out() {
        assert_eq!(default_of_old("eth0\t00000000"), None);
        assert_eq!(default_of_old(""), None);
        assert_eq!(default_of_new("00000000000000000000000000000000 00 x"), None);
    }
}
