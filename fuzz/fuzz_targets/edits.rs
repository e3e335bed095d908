//! A series of edits: each file of the input that was there before is one. What comes out is what a clean build gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc::db::{Changes, Database};
use platformc_fuzz::{archive, database, result};

fuzz_target!(|input: &str| {
    let mut db = Database::new("platform.pf");
    let mut sources = Changes::new();
    for (path, content) in archive(input) {
        let is_edit = sources.insert(path.clone(), content.clone()).is_some();
        db.apply(Changes::from([(path.clone(), content)]));
        if is_edit {
            compare(&db, &sources, &path);
        }
    }
    compare(&db, &sources, "all");
});

fn compare(db: &Database, sources: &Changes, edit: &str) {
    assert_eq!(result(db), result(&database(sources)), "after the edit of {edit}");
}
