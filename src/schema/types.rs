/// What can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The platform itself.
    Platform,
    /// An Argo CD control plane.
    Hub,
    /// Owners.
    Team,
    /// A set of clusters that are treated alike.
    Environment,
    /// A Kubernetes cluster.
    Cluster,
    /// A stage that clusters come up in.
    Layer,
    /// What is deployed.
    Service,
    /// A repository with a name.
    Repository,
    /// Where secrets are kept.
    Store,
    /// A health check for a kind of Kubernetes object.
    Health,
    /// A service's shape with parameters.
    Template,
    /// A set of actions that teams are given.
    Role,
    /// A namespace with one owner.
    Namespace,
    /// A declaration that bears another name than before.
    Moved,
    /// A declaration that goes, or went.
    Removed,
    /// What must hold of instances, services, clusters or teams.
    Policy,
    /// What is expected of the platform.
    Test,
}

impl Kind {
    /// The word that declares it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Hub => "hub",
            Self::Team => "team",
            Self::Environment => "environment",
            Self::Cluster => "cluster",
            Self::Layer => "layer",
            Self::Service => "service",
            Self::Repository => "repository",
            Self::Store => "store",
            Self::Health => "health",
            Self::Template => "template",
            Self::Role => "role",
            Self::Namespace => "namespace",
            Self::Moved => "moved",
            Self::Removed => "removed",
            Self::Policy => "policy",
            Self::Test => "test",
        }
    }
}

/// A kind's page of the table.
#[derive(Debug)]
pub struct KindSchema {
    /// The kind.
    pub kind: Kind,
    /// What it is, in one or two sentences.
    pub doc: &'static str,
    /// What stands in its block.
    pub body: BlockSchema,
    /// A short example.
    pub example: &'static str,
}

/// What a block may hold.
#[derive(Debug)]
pub struct BlockSchema {
    /// The attributes.
    pub attributes: &'static [Attribute],
}

impl BlockSchema {
    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// One attribute.
#[derive(Debug)]
pub struct Attribute {
    /// The key.
    pub name: &'static str,
    /// What it holds.
    pub of: Type,
    /// What it means, in one or two sentences.
    pub doc: &'static str,
    /// Whether it must be there, or its value where it is not, as it would be written; empty for none.
    pub form: Form,
    /// Whether it may differ from instance to instance, in a `when` block.
    pub overlay: bool,
    /// Whether the narrowest line that says it says all of it, though it is an object.
    pub whole: bool,
    /// The first Argo CD that knows it.
    pub since: Option<Version>,
}

/// Whether an attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It must.
    Required,
    /// It need not; without it nothing is written.
    Optional,
    /// It need not; this is what it then is, as one would write it.
    Default(&'static str),
}

impl Attribute {
    /// Whether it may differ between the instances of a service, and is part of what an instance is: not of the order.
    #[must_use]
    pub fn can_differ(&self) -> bool {
        self.overlay && !matches!(self.of, Type::Needs | Type::Provides)
    }

    pub(super) const fn new(name: &'static str, of: Type, doc: &'static str) -> Self {
        Self { name, of, doc, form: Form::Optional, overlay: true, whole: false, since: None }
    }

    pub(super) const fn required(mut self) -> Self {
        self.form = Form::Required;
        self
    }

    pub(super) const fn default(mut self, value: &'static str) -> Self {
        self.form = Form::Default(value);
        self
    }

    /// It belongs to the service as a whole and can't differ by overlay.
    pub(super) const fn fixed(mut self) -> Self {
        self.overlay = false;
        self
    }

    /// It is one value, though it is an object: what a wider line says of it does not show through.
    pub(super) const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    pub(super) const fn since(mut self, major: u16, minor: u16) -> Self {
        self.since = Some(Version { major, minor });
        self
    }
}

/// A release line of Argo CD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl Version {
    /// The release lines that can be compiled for, oldest first.
    pub const KNOWN: [Self; 8] = [
        Self::of(2, 14),
        Self::of(3, 0),
        Self::of(3, 1),
        Self::of(3, 2),
        Self::of(3, 3),
        Self::of(3, 4),
        Self::of(3, 5),
        Self::of(3, 6),
    ];

    /// A release line.
    #[must_use]
    pub const fn of(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads `3.5`; a third number is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim_start_matches('v').split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { major, minor })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// A word of an enumeration.
#[derive(Debug)]
pub struct Choice {
    /// The word.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// What an attribute holds.
#[derive(Debug)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number, not below the first and not above the second.
    Int(i64, i64),
    /// A string that must have a form.
    Text(Text),
    /// One of some words.
    Choice(&'static [Choice]),
    /// The name of a declaration.
    Reference(Kind),
    /// The name of a declaration of the kind that stands in the head.
    Successor,
    /// The name of a `repository`, or its URL.
    RepositoryOrUrl,
    /// A list.
    List(&'static Type),
    /// Free keys, each with a value of this type.
    Map(&'static Type),
    /// A block with attributes of its own.
    Block(&'static BlockSchema),
    /// Blocks of this shape, each with a name: `source extra { }`.
    Named(&'static BlockSchema),
    /// Objects written in place: `object "v1" "ConfigMap" name { }`.
    Objects,
    /// Any value.
    Any,
    /// An object with any keys.
    Object,
    /// A condition over clusters, or `all`.
    Placement,
    /// A list of services, each with `on CLUSTER` where it is elsewhere.
    Needs,
    /// A list of `crd("...")`, `storage_class("...")`, `secret_store("...")`, `ingress_class("...")`.
    Provides,
    /// A repository on a forge, such as `github("example/shop")`.
    PullRequests,
    /// A list of objects of this shape: the steps of a rollout.
    Steps(&'static BlockSchema),
    /// A number that is not zero, or a part of a hundred: `"25%"`.
    Batch,
    /// `TEMPLATE` or `TEMPLATE(param = value)`.
    Use,
    /// A string made of `${service}`, `${cluster}`, `${item}`, `${env}` and `${region}`.
    NameScheme,
    /// A list of paths of the service's own attributes: `helm.version`, `source.extra.kustomize.images`.
    Paths,
    /// A condition over the resolved platform.
    Claim,
    /// A string that shows something of the resolved platform.
    Report,
}

/// The form of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Text {
    /// Any text.
    Any,
    /// Any text but none at all.
    NotEmpty,
    /// A DNS label: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 characters.
    DnsLabel,
    /// DNS labels joined by dots: the name of an object.
    Subdomain,
    /// A DNS label of at most 53 characters: a Helm release.
    ReleaseName,
    /// A Kubernetes label's value.
    LabelValue,
    /// A Kubernetes annotation's value: any text.
    Annotation,
    /// The URL of a cluster's API server.
    ServerUrl,
    /// The URL of a Git repository, over https or ssh.
    GitUrl,
    /// A link for people.
    Link,
    /// The same, shown by Argo CD: its key becomes part of an annotation's.
    ApplicationLink,
    /// A revision of a Git repository.
    Revision,
    /// A version of a chart.
    ChartVersion,
    /// Versions, as Helm says which: `^1.2`, `>=1.2 <2`, `*`.
    VersionRange,
    /// A version of Argo CD.
    ArgoVersion,
    /// A duration such as `1h30m`, as Go reads it.
    Duration,
    /// When something begins, in five fields, as Argo CD reads them.
    Schedule,
    /// The name of a time zone, as the IANA spells it.
    TimeZone,
    /// A path in a repository, from its root.
    Path,
    /// `group/Kind`, `Kind` in the core group, or `*`.
    GroupKind,
    /// A sync option, as Argo CD compares it.
    SyncOption,
    /// An image with or without a tag, as Kustomize writes it.
    Image,
    /// A regular expression.
    Regex,
    /// A group of the identity provider.
    Group,
    /// The ARN of a role of AWS.
    RoleArn,
    /// A text that was sealed; one that was not is a secret, and never shown.
    Sealed,
    /// Whom GitHub asks for a review.
    GitHubHandle,
    /// Whom GitLab asks for a review.
    GitLabHandle,
    /// A quantity of Kubernetes that is not negative: `500m`, `2Gi`.
    Quantity,
}

impl Type {
    /// What it is called in messages and in the reference.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Int(..) => "int".to_owned(),
            Self::Text(text) => text.name().to_owned(),
            Self::Choice(choices) => choices.iter().map(|choice| choice.name).collect::<Vec<_>>().join(" | "),
            Self::Reference(kind) => format!("{} name", kind.word()),
            Self::Successor => "name of the same kind".to_owned(),
            Self::RepositoryOrUrl => "repository name or URL".to_owned(),
            Self::List(of) => format!("list of {}", of.name()),
            Self::Map(of) => format!("map of {}", of.name()),
            Self::Block(_) => "block".to_owned(),
            Self::Named(_) => "block with a name".to_owned(),
            Self::Objects => "objects".to_owned(),
            Self::Any => "any value".to_owned(),
            Self::Object => "object".to_owned(),
            Self::Placement => "condition over clusters".to_owned(),
            Self::Needs => "list of services".to_owned(),
            Self::Provides => "list of what it provides".to_owned(),
            Self::PullRequests => "repository on a forge".to_owned(),
            Self::Steps(_) => "list of steps".to_owned(),
            Self::Batch => "number or percentage".to_owned(),
            Self::Use => "template with arguments".to_owned(),
            Self::NameScheme => "string of names".to_owned(),
            Self::Paths => "list of paths".to_owned(),
            Self::Claim => "condition over what is resolved".to_owned(),
            Self::Report => "string".to_owned(),
        }
    }
}

impl Text {
    /// What it is called in messages and in the reference.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any | Self::NotEmpty | Self::Annotation => "string",
            Self::DnsLabel => "DNS label",
            Self::Subdomain => "name of an object",
            Self::ReleaseName => "Helm release name",
            Self::LabelValue => "label value",
            Self::ServerUrl => "URL of an API server",
            Self::GitUrl => "URL of a Git repository",
            Self::Link | Self::ApplicationLink => "URL",
            Self::Revision => "Git revision",
            Self::ChartVersion => "chart version",
            Self::VersionRange => "range of versions",
            Self::ArgoVersion => "version of Argo CD",
            Self::Duration => "duration",
            Self::Schedule => "schedule",
            Self::TimeZone => "time zone",
            Self::Path => "path in a repository",
            Self::GroupKind => "group and kind",
            Self::SyncOption => "sync option",
            Self::Image => "image",
            Self::Regex => "regular expression",
            Self::Group => "group",
            Self::RoleArn => "ARN of a role",
            Self::Sealed => "sealed text",
            Self::GitHubHandle => "handle on GitHub",
            Self::GitLabHandle => "handle on GitLab",
            Self::Quantity => "quantity",
        }
    }
}
