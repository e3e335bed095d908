//! Compiles one typed description of a platform into a complete Argo CD repository.
//!
//! # The pipeline
//!
//! Data flows one way, and each stage uses only those before it:
//!
//! 1. [`text`]: positions in text.
//! 2. [`db`]: the salsa database, its inputs, and [`db::Database::apply`], the only write path.
//! 3. [`source`]: a file is cut into declarations, so that each is read and remembered alone: [`source::outline`].
//! 4. [`diagnostics`]: findings, the registry of their codes, and how they are shown.
//! 5. [`syntax`]: one declaration becomes a typed tree: [`syntax::syntax`]; and the formatter.
//! 6. [`schema`]: the one table of kinds, attributes, types, defaults and documentation.
//! 7. [`values`]: expressions, functions and data files.
//! 8. [`names`]: imports, `for` expansion, and the table of everything declared: [`names::declarations`].
//! 9. [`overlays`]: what has a say in a value, which of it is narrower, and the merge that keeps every value's origin.
//! 10. [`model`]: the resolved platform, without spans: [`model::estate`], [`model::head`], [`model::service`].
//! 11. [`plan`]: layers, needs, waves and guarantees: [`plan::plan`].
//! 12. [`checks`]: what no single declaration can see.
//! 13. [`documents`]: what is written: [`documents::files`], and what it means: [`documents::applications`].
//! 14. [`compile`]: the facade that commands, watching and editors call.
//! 15. [`ide`]: what an editor asks, in plain structs.
//! 16. [`review`]: two revisions, compared by what they mean.
//! 17. [`project`]: the disk and Git's revisions, read, and the disk written.
//! 18. [`server`]: the language server protocol.
//! 19. [`cli`]: the commands.

pub mod text;

pub mod db;

pub mod source;

pub mod diagnostics;

pub mod syntax;

pub mod schema;

pub mod values;

pub mod names;

pub mod overlays;

pub mod model;

pub mod plan;

pub mod checks;

pub mod documents;

pub mod compile;

pub mod ide;

pub mod review;

pub mod project;

pub mod server;

pub mod cli;
