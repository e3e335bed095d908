use platformc::*;
fn main(){
    let path = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let project = project::Project::open(camino::Utf8Path::new(&path));
    let all = compile::diagnostics(&project.database);
    print!("{}", diagnostics::render(&project.database, &all, false));
    println!("{} findings {:?}", all.len(), t.elapsed());
    let db = &project.database;
    for item in names::declarations(db).of(db, schema::Kind::Service) {
        if let Some(s) = model::service(db, item) { if std::env::var("SHOW").is_ok() { println!("{s:#?} {:?}", plan::waves(db, item)); } else { println!("{} {} variants {} instances waves {:?}", s.head.name, s.variants.len(), s.head.instances.len(), plan::waves(db, item)); } }
    }
}
