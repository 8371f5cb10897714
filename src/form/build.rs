//! Trees that come from elsewhere than a form, made key by key.

use super::FormError;
use super::arena::{ArrayId, Form, ROOT};

/// An array of a form that is being made.
pub struct ArrayMut<'f> {
    form: &'f mut Form,
    id: ArrayId,
}

impl Form {
    /// The top of the tree, to add to.
    pub fn root_mut(&mut self) -> ArrayMut<'_> {
        ArrayMut { form: self, id: ROOT }
    }
}

impl ArrayMut<'_> {
    /// Puts a text under a key, as `$array[$key] = $text` does.
    ///
    /// # Errors
    ///
    /// When the form holds 4 GiB of text.
    pub fn insert_text(&mut self, key: impl AsRef<[u8]>, text: impl AsRef<[u8]>) -> Result<(), FormError> {
        self.form.lossless &= [key.as_ref(), text.as_ref()].into_iter().all(|bytes| str::from_utf8(bytes).is_ok());
        let value = self.form.keep(text.as_ref())?;
        self.form.set_text(self.id, key.as_ref(), value)
    }

    /// The array under a key, made if there is none.
    ///
    /// # Errors
    ///
    /// When it would be deeper than [`DEPTH_MAX`](super::DEPTH_MAX), or the form holds 4 GiB of
    /// text.
    pub fn insert_array(&mut self, key: impl AsRef<[u8]>) -> Result<ArrayMut<'_>, FormError> {
        let id = self.form.enter(self.id, key.as_ref())?;
        Ok(ArrayMut { form: self.form, id })
    }
}
