//! What services name of their repository: charts with values and schemas, kustomizations, manifests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use platformc::db::Content;
use platformc::model::wanted_files;
use platformc_fuzz::{archive, ask_for_files, database, with_folders};

const PLATFORM: &str = r#"
platform p { repo = "https://a.example.com/a.git" }
hub main {}
team t {}
environment dev {}
cluster c { env = dev  server = "https://c.example.com" }
layer base {}
service chart {
  layer = base  owner = t  namespace = "a"
  helm { path = "chart"  value_files = ["values.yaml"]  values { replicas = 1  image { tag = "a" }  list = [1, null] } }
}
service base { layer = base  owner = t  namespace = "b"  kustomize { path = "base" } }
service manifests { layer = base  owner = t  namespace = "c"  manifests { path = "manifests" } }
"#;

fuzz_target!(|input: &str| {
    let given = archive(input).into_iter().filter(|(path, _)| path != "platform.pf");
    let main = ("platform.pf".to_owned(), Content::Text(PLATFORM.into()));
    let db = database(&with_folders(given.chain([main])));
    wanted_files(&db);
    ask_for_files(&db);
});
