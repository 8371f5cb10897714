//! The way from the root to where a name leads: `php_register_variable_ex` in
//! `main/php_variables.c`.

use super::FormError;
use super::arena::{ArrayId, Form, ROOT};
use super::name::{Name, Step, split_group};

/// Where a name leads to.
pub(super) struct Place<'n> {
    pub array: ArrayId,
    pub step: Step<'n>,
    /// Whether the place says all that the name said.
    pub is_whole: bool,
    /// Whether no index was counted on the way: then the same keys lead there again.
    pub is_by_keys: bool,
}

impl Form {
    /// Walks down a name, making the arrays on the way. `None` where PHP drops the field; it keeps
    /// the arrays that were made until then.
    pub(super) fn walk<'n>(&mut self, name: &Name<'n>, depth_max: usize) -> Result<Option<Place<'n>>, FormError> {
        let mut place = Place { array: ROOT, step: Step::Key(name.base), is_whole: false, is_by_keys: true };
        let mut groups = name.groups;
        let mut depth: usize = 0;
        while groups.starts_with(b"[") {
            if depth >= depth_max {
                return Err(FormError::TooDeep { max: depth_max });
            }
            let Some((step, after)) = split_group(groups) else {
                break;
            };
            let below = match place.step {
                Step::Key(key) if name.forbids(key) => None,
                Step::Key(key) => Some(self.enter(place.array, key)?),
                Step::Append => {
                    place.is_by_keys = false;
                    self.enter_next(place.array)?
                }
            };
            let Some(below) = below else {
                return Ok(None);
            };
            (place.array, place.step, groups) = (below, step, after);
            depth = depth.saturating_add(1);
        }
        place.is_whole = groups.is_empty() && !name.changed;
        let is_dropped = matches!(place.step, Step::Key(key) if name.forbids(key));
        Ok((!is_dropped).then_some(place))
    }
}
