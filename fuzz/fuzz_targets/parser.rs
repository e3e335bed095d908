//! A file of the language: it is cut and read, its findings point into it, and the formatter keeps its tokens.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc_fuzz::{ask, check_format, database, texts};

fuzz_target!(|text: &str| {
    ask(&database(&texts(&[("platform.pf", text)])));
    check_format(text);
});
