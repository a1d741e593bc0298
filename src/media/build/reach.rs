//! Every place can be reached, and can be left again.

use super::{Building, Fault, fault};

impl Building<'_> {
    /// From each kiosk every place can be reached, and step-free where that is promised; what only landed passengers reach
    /// must lead out to the kiosk instead.
    pub(super) fn check_reach(&self) -> Result<(), Fault> {
        let kiosks = self.kiosks();
        if kiosks.is_empty() {
            return Err(fault("no place is a kiosk", "add one with kind = \"kiosk\" where this screen stands"));
        }
        for kiosk in kiosks {
            for step_free in [false, true] {
                let reach = self.graph.reach(kiosk.node, step_free);
                let lost = self
                    .places
                    .iter()
                    .filter(|place| !place.arriving && (place.step_free || !step_free))
                    .find(|place| reach.ms(place.node).is_none());
                if let Some(place) = lost {
                    return Err(unreachable(&place.id, &kiosk.id, step_free));
                }
            }
            self.check_arriving(kiosk.node, &kiosk.id)?;
        }
        Ok(())
    }

    fn check_arriving(&self, kiosk: usize, name: &str) -> Result<(), Fault> {
        let arriving = self.places.iter().filter(|place| place.arriving);
        for place in arriving {
            if self.graph.reach(place.node, false).ms(kiosk).is_none() {
                let what = format!("no way leads from '{}' to the kiosk '{name}'", place.id);
                return Err(fault(what, "arriving passengers must get out: add a way"));
            }
        }
        Ok(())
    }
}

fn unreachable(place: &str, kiosk: &str, step_free: bool) -> Fault {
    if step_free {
        return fault(
            format!("no step-free way leads from '{kiosk}' to '{place}'"),
            "add a lift or ramp, or say step_free = false there",
        );
    }
    fault(
        format!("no way leads from '{kiosk}' to '{place}'"),
        "give it a door, or a way; or say arriving = true if only landed passengers get there",
    )
}
