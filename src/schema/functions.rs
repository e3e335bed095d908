//! The functions that an expression can call.

/// A function.
#[derive(Debug)]
pub struct Function {
    /// The name.
    pub name: &'static str,
    /// The parameters, the optional ones last.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub gives: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// A call and what it gives.
    pub example: &'static str,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// The name, for people.
    pub name: &'static str,
    /// The type, for people.
    pub of: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

pub(super) const fn need(name: &'static str, of: &'static str) -> Parameter {
    Parameter { name, of, optional: false }
}

pub(super) const fn may(name: &'static str, of: &'static str) -> Parameter {
    Parameter { name, of, optional: true }
}

macro_rules! functions {
    ($($name:ident($($parameter:expr),*) -> $gives:literal $doc:literal $example:literal;)*) => {
        /// All functions, by name.
        pub const FUNCTIONS: &[Function] = &[$(
            Function { name: stringify!($name), parameters: &[$($parameter),*], gives: $gives, doc: $doc, example: $example },
        )*];
    };
}

functions! {
    abs(need("x", "number")) -> "number" "The number without its sign." "abs(-2) == 2";
    contains(need("in", "string or list"), need("what", "any")) -> "bool" "Whether a text or list has this in it." "contains(\"chat-api\", \"chat\")";
    csv(need("path", "string")) -> "list" "The rows of a CSV file; the first row names the columns, and every cell is a string." "[for row in csv(\"sites.csv\"): row.name]";
    default(need("x", "any"), need("otherwise", "any")) -> "any" "The first, or the second where the first is null." "default(region, \"none\")";
    ends_with(need("text", "string"), need("end", "string")) -> "bool" "Whether the text ends so." "ends_with(\"a.pf\", \".pf\")";
    flatten(need("lists", "list")) -> "list" "The items of the lists in a list." "flatten([[1], [2, 3]]) == [1, 2, 3]";
    get(need("in", "object or list"), need("key", "string or int"), may("otherwise", "any")) -> "any" "What is there, or else the third, or else null." "get(row, \"region\", \"eu\")";
    has(need("in", "object or list"), need("key", "string or any")) -> "bool" "Whether an object has the key, or a list the item." "has(vars, \"domain\")";
    int(need("x", "string or number")) -> "int" "The whole number that it says." "int(\"3\") == 3";
    join(need("items", "list"), need("by", "string")) -> "string" "The items as one text." "join([\"a\", \"b\"], \",\") == \"a,b\"";
    json(need("path", "string")) -> "any" "What a JSON file says." "json(\"sites.json\")";
    keys(need("of", "object")) -> "list" "The keys, sorted." "keys({ b = 1  a = 2 }) == [\"a\", \"b\"]";
    length(need("of", "string, list or object")) -> "int" "How many characters, items or keys." "length([1, 2]) == 2";
    lower(need("text", "string")) -> "string" "The text in small letters." "lower(\"EU\") == \"eu\"";
    matches(need("text", "string"), need("pattern", "regular expression")) -> "bool" "Whether the pattern is found in the text." "matches(\"v1.2\", r\"^v\\d\")";
    max(need("items", "list")) -> "number" "The largest number." "max([1, 3, 2]) == 3";
    merge(need("a", "object"), need("b", "object")) -> "object" "Both objects, key by key; the second wins." "merge({ a = 1 }, { b = 2 })";
    min(need("items", "list")) -> "number" "The smallest number." "min([1, 3, 2]) == 1";
    range(need("from", "int"), need("to", "int")) -> "list" "The numbers from the first to before the second." "range(0, 3) == [0, 1, 2]";
    replace(need("text", "string"), need("what", "string"), need("by", "string")) -> "string" "The text with every occurrence replaced." "replace(\"a.b\", \".\", \"-\") == \"a-b\"";
    reverse(need("items", "list")) -> "list" "The items from last to first." "reverse([1, 2]) == [2, 1]";
    sort(need("items", "list")) -> "list" "The items in order; all numbers or all strings." "sort([\"b\", \"a\"]) == [\"a\", \"b\"]";
    split(need("text", "string"), need("by", "string")) -> "list" "The pieces between the separators." "split(\"a,b\", \",\") == [\"a\", \"b\"]";
    starts_with(need("text", "string"), need("start", "string")) -> "bool" "Whether the text starts so." "starts_with(\"prod-eu\", \"prod\")";
    string(need("x", "any")) -> "string" "The value as text." "string(3) == \"3\"";
    to_json(need("x", "any")) -> "string" "The value as JSON on one line." "to_json([1]) == \"[1]\"";
    to_yaml(need("x", "any")) -> "string" "The value as YAML." "to_yaml({ a = 1 }) == \"a: 1\\n\"";
    trim(need("text", "string")) -> "string" "The text without blanks at its ends." "trim(\" a \") == \"a\"";
    unique(need("items", "list")) -> "list" "The items, each once." "unique([1, 1, 2]) == [1, 2]";
    upper(need("text", "string")) -> "string" "The text in capitals." "upper(\"eu\") == \"EU\"";
    values(need("of", "object")) -> "list" "The values, by their keys' order." "values({ a = 1 }) == [1]";
    yaml(need("path", "string")) -> "any" "What a YAML file says." "yaml(\"inventory/edge.yaml\")";
}

/// The functions that only stand in `provides`, each with what it says there.
pub const PROVIDERS: [(&str, &str); 4] = [
    ("crd", "A kind of object, by the name of its `CustomResourceDefinition`."),
    ("storage_class", "A `StorageClass`, by its name."),
    ("secret_store", "A `ClusterSecretStore` or `SecretStore`, by its name."),
    ("ingress_class", "An `IngressClass`, by its name."),
];

/// The functions that only stand in the `from` of a preview, each with what it says there.
pub const FORGES: [(&str, &str); 6] = [
    ("github", "A repository on GitHub: `OWNER/REPO`."),
    ("gitlab", "A project on GitLab: `GROUP/PROJECT`."),
    ("gitea", "A repository on Gitea or Forgejo: `OWNER/REPO`."),
    ("bitbucket", "A repository on Bitbucket Cloud: `WORKSPACE/REPO`."),
    ("bitbucket_server", "A repository on Bitbucket Server: `PROJECT/REPO`."),
    ("azure_devops", "A repository on Azure DevOps: `ORGANIZATION/PROJECT/REPO`."),
];

/// The types of a template's parameters.
pub const PARAMETER_TYPES: [&str; 7] = ["string", "int", "float", "bool", "list", "object", "any"];

impl Function {
    /// The function of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// The fewest and the most arguments.
    #[must_use]
    pub fn arity(&self) -> (usize, usize) {
        (self.parameters.iter().filter(|parameter| !parameter.optional).count(), self.parameters.len())
    }
}
