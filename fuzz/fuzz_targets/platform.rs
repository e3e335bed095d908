//! A whole platform of several files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc::model::wanted_files;
use platformc::names::wanted;
use platformc_fuzz::{archive, ask_for_files, database, with_folders};

fuzz_target!(|input: &str| {
    let db = database(&with_folders(archive(input)));
    wanted(&db);
    wanted_files(&db);
    ask_for_files(&db);
});
