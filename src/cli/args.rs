use std::num::NonZeroU16;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Compiles one typed description of a platform into a complete Argo CD `GitOps` repository.
#[derive(Debug, Parser)]
#[command(name = "platformc", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 findings (or, with --check, something would change), 2 usage, 3 the disk, 4 denied by `plan --deny`.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the output folder
    #[command(
        after_help = "Examples:\n  platformc build                      compile platform.pf here or in a parent folder\n  platformc build --check              the step for CI: write nothing, exit with 1 if anything would change\n  platformc build --out /tmp/tree      write somewhere else\n  platformc build --hub eu             compile one hub of several\n  platformc build --verify             read every file of the tree, whatever its metadata says\n  platformc build --timings            say where the time went"
    )]
    Build(BuildArgs),
    /// Write the output folder whenever something changes
    #[command(
        after_help = "Examples:\n  platformc watch                      build now, and again after every change\n  platformc watch ../platform          watch another folder's platform.pf\n  platformc watch --out /tmp/tree      write somewhere else\n\nIt ends with Ctrl-C, and then with 130."
    )]
    Watch(WatchArgs),
    /// Report every mistake, and write nothing
    #[command(
        after_help = "Examples:\n  platformc check\n  platformc check --format json | jq '.[].code'\n  platformc check --format baseline > baseline.json    the warnings that there are today\n  platformc check --baseline baseline.json             and from then on only new ones\n  platformc check --allowed                            what `allow` takes out, and until when"
    )]
    Check(CheckArgs),
    /// Format the platform's files
    #[command(
        after_help = "Examples:\n  platformc fmt            format every file that platform.pf reaches\n  platformc fmt --check    write nothing, exit with 1 if something is not formatted"
    )]
    Fmt(FmtArgs),
    /// Ask the policies and tests of the platform
    #[command(
        after_help = "Examples:\n  platformc test                       all of them\n  platformc test pinned-in-prod        one, by its name\n  platformc test 'one team*' --list    which there are of that name\n\nA name may hold `*`. `platformc check` asks them, too."
    )]
    Test(TestArgs),
    /// Explain a code, a value or an order
    #[command(
        after_help = "Examples:\n  platformc explain PF0502                                   what a code means\n  platformc explain chat-api@prod-eu-1 kustomize.replicas    where a value comes from\n  platformc explain order chat-api@prod-eu-1                 what comes before it, and how far that holds\n  platformc explain order --format json                      the same for all instances, for programs\n  platformc explain litellm.acme@stage namespace             an instance of a service with `each`"
    )]
    Explain(ExplainArgs),
    /// Print every instance as its resolved Application
    #[command(
        after_help = "Examples:\n  platformc expand\n  platformc expand chat-api@prod-eu-1\n  platformc expand --format json | jq '.[].metadata.name'"
    )]
    Expand(ExpandArgs),
    /// Draw who needs whom
    #[command(
        after_help = "Examples:\n  platformc graph --format dot | dot -Tsvg > platform.svg\n  platformc graph --cluster prod-eu-1\n  platformc graph --service chat-api --format json"
    )]
    Graph(GraphArgs),
    /// Say what hangs on a service, a cluster or a team
    #[command(
        after_help = "Examples:\n  platformc impact cert-manager@prod-eu-1    what needs it, and what waits while it is not well\n  platformc impact chat                      what needs anything of team chat\n  platformc impact --without prod-eu-1       what is left on the day that the cluster is lost"
    )]
    Impact(ImpactArgs),
    /// Say whether a team may do something, and which lines decide that
    #[command(
        after_help = "Examples:\n  platformc can chat sync chat-api\n  platformc can chat sync ingress-nginx@prod-eu-1    exits with 1: no\n  platformc can chat exec chat-api --format json\n\nThe actions are those of `platformc access`."
    )]
    Can(CanArgs),
    /// Print who may do what
    #[command(
        after_help = "Examples:\n  platformc access\n  platformc access --team chat\n  platformc access --service ingress-nginx --format csv"
    )]
    Access(AccessArgs),
    /// Say who owns a path, a service or a namespace, and why
    #[command(
        after_help = "Examples:\n  platformc owns infra/services/chat-api/README.md    whose review a change needs, and by which rule\n  platformc owns chat-api                              who answers for a service\n  platformc owns monitoring                            who writes to a namespace, on which clusters\n  platformc owns services/chat.pf --format json"
    )]
    Owns(OwnsArgs),
    /// Say which version runs in which environment, and what is behind
    #[command(
        after_help = "Examples:\n  platformc status\n  platformc status chat-api matrix            two services alone\n  platformc status --behind                   what waits to be raised in a later environment\n  platformc status --format json | jq '.services[].service'\n\nIt tells what the platform's files say, and asks no cluster."
    )]
    Status(StatusArgs),
    /// Say what a change does, before it does it
    #[command(
        after_help = "Examples:\n  platformc plan                                  what is not committed yet\n  platformc plan --from origin/main --to HEAD     what a branch does\n  platformc plan --from v1 --to v2 --format markdown > comment.md\n  platformc plan --deny delete:prod,access-widened:*,instances>50\n\nWhat can be denied: delete, move, create, update and shift, access-widened and access-narrowed, each in an environment\n(:NAME), in all that are protected (:protected) or everywhere; freeze-removed, project-widened, risk:medium, risk:high; and\nmore than N of instances, deleted, moved, created or updated (instances>N). Then it exits with 4."
    )]
    Plan(PlanArgs),
    /// Write a first platform.pf
    #[command(after_help = "Example:\n  platformc init my-platform && cd my-platform && platformc build")]
    Init(InitArgs),
    /// Serve an editor
    #[command(
        after_help = "It speaks the language server protocol over standard input and output; editors start it. How each is told to is in\neditors/README.md of the project."
    )]
    Lsp(LspArgs),
    /// Print a completion script
    #[command(
        after_help = "Example:\n  platformc completions bash > ~/.local/share/bash-completion/completions/platformc"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  platformc man | man -l -")]
    Man,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingFormat {
    /// For people, on standard error
    Text,
    /// For programs, on standard output
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// A SARIF log
    Sarif,
    /// A report of GitLab's Code Quality
    Gitlab,
    /// A `JUnit` report
    Junit,
    /// The warnings, to be known from then on: see `check --baseline`
    Baseline,
}

#[derive(Debug, Args)]
pub(super) struct SpeedArgs {
    /// Say how long each stage took
    #[arg(long)]
    pub(super) timings: bool,
    /// How many threads work [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<NonZeroU16>,
}

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    pub(super) file: Option<Utf8PathBuf>,
    /// Write nothing; say what would change, and exit with 1 if anything would
    #[arg(long)]
    pub(super) check: bool,
    /// The folder to write into [default: the platform's `output` beside the main file]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<Utf8PathBuf>,
    /// Compile one hub alone
    #[arg(long, value_name = "NAME")]
    pub(super) hub: Option<String>,
    /// Overwrite generated files that were edited by hand
    #[arg(long)]
    pub(super) force: bool,
    /// Read and compare every file, even one that has not changed since the last build by its metadata
    #[arg(long)]
    pub(super) verify: bool,
    #[command(flatten)]
    pub(super) speed: SpeedArgs,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: FindingFormat,
}

#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    pub(super) file: Option<Utf8PathBuf>,
    /// The folder to write into [default: the platform's `output` beside the main file]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<Utf8PathBuf>,
    /// Overwrite generated files that were edited by hand
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    pub(super) file: Option<Utf8PathBuf>,
    /// Show no warning that stands in this file, which `--format baseline` printed
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<Utf8PathBuf>,
    /// Name each warning that the source allows, and until when, those that end first before the others
    #[arg(long)]
    pub(super) allowed: bool,
    #[command(flatten)]
    pub(super) speed: SpeedArgs,
    /// How findings are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: FindingFormat,
}

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The names of policies and tests [default: all]
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// Ask nothing; say which there are, and where
    #[arg(long)]
    pub(super) list: bool,
    /// How the answers are printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
}

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    pub(super) file: Option<Utf8PathBuf>,
    /// Write nothing; name the files that are not formatted, and exit with 1 if there are any
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code, `order`, or an instance: SERVICE@CLUSTER, or SERVICE.ITEM@CLUSTER
    pub(super) what: String,
    /// The path of a value, or behind `order` an instance [default there: all]
    pub(super) of: Option<String>,
    /// How `order` is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How Applications are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DocumentFormat {
    /// YAML documents
    Yaml,
    /// A JSON array
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ExpandArgs {
    /// One instance: SERVICE@CLUSTER, or SERVICE.ITEM@CLUSTER [default: all]
    pub(super) instance: Option<String>,
    /// The previews of the pull requests in a JSON file, and nothing else: {"owner/repo": [{"number": 7, "branch": "x"}]}
    #[arg(long, value_name = "PULLS", conflicts_with = "instance")]
    pub(super) pulls: Option<Utf8PathBuf>,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// How the Applications are printed
    #[arg(long, value_enum, default_value = "yaml")]
    pub(super) format: DocumentFormat,
}

/// How a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphKind {
    /// Graphviz
    Dot,
    /// Mermaid, for Markdown
    Mermaid,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// How the graph is printed
    #[arg(long, value_enum, default_value = "mermaid")]
    pub(super) format: GraphKind,
    /// Only what runs on this cluster
    #[arg(long, value_name = "NAME", conflicts_with = "service")]
    pub(super) cluster: Option<String>,
    /// Only this service, what it needs and what needs it
    #[arg(long, value_name = "NAME")]
    pub(super) service: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct CanArgs {
    /// The team
    pub(super) team: String,
    /// What it wants to do, such as `sync`
    pub(super) action: String,
    /// SERVICE, SERVICE@CLUSTER or SERVICE.ITEM@CLUSTER
    pub(super) service: String,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
}

/// How the matrix of access is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AccessFormat {
    /// For people
    Table,
    /// A JSON array
    Json,
    /// For spreadsheets
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct AccessArgs {
    /// Only what this team may do
    #[arg(long, value_name = "NAME")]
    pub(super) team: Option<String>,
    /// Only what teams may do with this service
    #[arg(long, value_name = "NAME")]
    pub(super) service: Option<String>,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = AccessFormat::Table)]
    pub(super) format: AccessFormat,
}

#[derive(Debug, Args)]
pub(super) struct OwnsArgs {
    /// A path that the platform reads or writes, a service or a namespace
    #[arg(value_name = "PATH|SERVICE|NAMESPACE")]
    pub(super) what: String,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people
    Text,
    /// A comment for a pull request
    Markdown,
    /// For programs
    Json,
    /// A page
    Html,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    pub(super) file: Option<Utf8PathBuf>,
    /// The revision that there is: whatever Git knows as a commit
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub(super) from: String,
    /// The revision that comes, or `worktree` for what stands on the disk
    #[arg(long, value_name = "REV", default_value = "worktree")]
    pub(super) to: String,
    /// What shall not happen: exit with 4 if it does
    #[arg(long, value_name = "RULES")]
    pub(super) deny: Vec<String>,
    /// How the plan is printed
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(super) format: PlanFormat,
    #[command(flatten)]
    pub(super) speed: SpeedArgs,
}

#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// SERVICE, SERVICE@CLUSTER, CLUSTER or TEAM
    #[arg(value_name = "WHAT")]
    pub(super) what: Option<String>,
    /// What is left when this cluster is lost
    #[arg(long, value_name = "CLUSTER")]
    pub(super) without: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// The services [default: all that have a version]
    #[arg(value_name = "SERVICE")]
    pub(super) services: Vec<String>,
    /// Only what some environment runs an older version of than one before it
    #[arg(long)]
    pub(super) behind: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// The main file, or its folder [default: platform.pf here or in a parent folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// What many editors say; there is no other way
    #[arg(long)]
    pub(super) stdio: bool,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to write into
    #[arg(default_value = ".")]
    pub(super) folder: Utf8PathBuf,
}
