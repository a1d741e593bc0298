//! What was made for visits: cards, maps and clips by an id that nobody can guess, in memory, until the visit ends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::secret::random_key;
use crate::clip::{Growing, Script};

/// Things kept at once; a visit shows a handful. The oldest goes first.
const MADE_MAX: usize = 96;

/// One thing.
#[derive(Clone)]
pub enum Made {
    /// An SVG drawing.
    Drawing(Arc<str>),
    /// A clip that may still be under way.
    Clip(Growing),
    /// A clip that is made when somebody asks for it.
    Order(Arc<Script>),
}

struct Hung {
    id: String,
    visit: String,
    made: Made,
}

/// Everything made lately.
#[derive(Default)]
pub struct Gallery(Mutex<VecDeque<Hung>>);

impl Gallery {
    /// Keeps `made` for `visit`; gives its id.
    pub fn hang(&self, visit: &str, made: Made) -> String {
        let id = random_key();
        let mut hung = self.hung();
        if hung.len() == MADE_MAX {
            hung.pop_front();
        }
        hung.push_back(Hung { id: id.clone(), visit: visit.into(), made });
        id
    }

    pub fn get(&self, id: &str) -> Option<Made> {
        self.hung().iter().find(|hung| hung.id == id).map(|hung| hung.made.clone())
    }

    /// The visit has ended: nothing made for it stays.
    pub fn forget(&self, visit: &str) {
        self.hung().retain(|hung| hung.visit != visit);
    }

    fn hung(&self) -> MutexGuard<'_, VecDeque<Hung>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_visit_was_shown_goes_with_it() {
        let gallery = Gallery::default();
        let (mine, other) = (Made::Drawing("<svg/>".into()), Made::Drawing("<svg/>".into()));
        let (mine, other) = (gallery.hang("v1", mine), gallery.hang("v2", other));
        gallery.forget("v1");
        assert!(gallery.get(&mine).is_none() && gallery.get(&other).is_some());
    }

    #[test]
    fn the_oldest_gives_way() {
        let gallery = Gallery::default();
        let ids: Vec<String> = (0..=MADE_MAX).map(|_| gallery.hang("v", Made::Drawing("<svg/>".into()))).collect();
        assert!(gallery.get(&ids[0]).is_none() && gallery.get(&ids[1]).is_some());
    }
}
