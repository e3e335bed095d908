//! An open folder: names in it are looked up from there, which is the cheapest that the system offers.

use std::ffi::{CStr, CString};
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, statat};
use rustix::io::{Errno, read, write};

use crate::Outcome;

pub(crate) struct Folder(OwnedFd);

impl Folder {
    /// The folder of this path, made if need be.
    pub(crate) fn at(path: &str) -> Outcome<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self(openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    pub(crate) fn inner(&self, name: &CStr) -> Outcome<Self> {
        Ok(Self(openat(&self.0, name, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// The same, made if need be.
    pub(crate) fn made(&self, name: &CStr) -> Outcome<Self> {
        match mkdirat(&self.0, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => self.inner(name),
            Err(problem) => Err(problem.into()),
        }
    }

    pub(crate) fn write(&self, name: &CStr, text: &str) -> Outcome<()> {
        let flags = OFlags::CREATE | OFlags::TRUNC | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = openat(&self.0, name, flags, Mode::from_raw_mode(0o644))?;
        if write(&file, text.as_bytes())? == text.len() { Ok(()) } else { Err("a short write".into()) }
    }

    pub(crate) fn length(&self, name: &CStr) -> Outcome<usize> {
        Ok(usize::try_from(statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?.st_size)?)
    }

    /// Whether a file holds a text. The buffer must be longer than the text.
    pub(crate) fn holds(&self, name: &CStr, text: &str, buffer: &mut [u8]) -> Outcome<bool> {
        let file = openat(&self.0, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let length = read(&file, &mut *buffer)?;
        Ok(buffer.get(..length) == Some(text.as_bytes()))
    }
}

/// The name of a file or folder as the system takes it.
pub(crate) fn name(text: impl Into<Vec<u8>>) -> Outcome<CString> {
    Ok(CString::new(text)?)
}
