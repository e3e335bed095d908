use platformc::db::*;
fn main(){
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut db = Database::new("a.pf");
    db.apply([("a.pf".to_string(), Content::Text(text.as_str().into()))].into());
    let file = *Workspace::get(&db).files(&db).get("a.pf").unwrap();
    let o = platformc::source::outline(&db, file);
    let t = std::time::Instant::now();
    let mut all = o.diagnostics.clone();
    for d in &o.decls { let p = platformc::syntax::syntax(&db, *d); all.extend(p.diagnostics.clone()); if std::env::var("AST").is_ok() { println!("{:#?}", p.declaration);} }
    println!("{} decls {:?}", o.decls.len(), t.elapsed());
    for d in all { let (_, r) = platformc::source::absolute(&db, d.primary.span); let l = platformc::text::LineIndex::new(&text).line_column(&text, r.start); println!("{}:{} {:?} {} {:?} {:?}", l.line+1, l.column+1, d.code, d.message, d.primary.text, d.helps); }
}
