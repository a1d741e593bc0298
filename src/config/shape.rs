//! Finds one's way through a JSON schema: what may stand at a place, under which names, of which kind. Knows no file and no value's origin.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Dotted;

/// Deepest nesting of references and alternatives that is followed: a schema of ours has four.
const REFERENCES_MAX: usize = 32;

/// What may stand at one place of a document: one form, or several of which one must fit.
#[derive(Debug, Clone)]
pub struct Shape<'a> {
    root: &'a Value,
    /// Schema objects that hold here, outermost first: a reference and what it refers to are both here.
    forms: Vec<&'a Value>,
}

impl<'a> Shape<'a> {
    /// The whole document.
    pub fn of(root: &'a Value) -> Self {
        Self::opened(root, [root])
    }

    fn opened(root: &'a Value, nodes: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut forms = Vec::new();
        for node in nodes {
            open(root, node, 0, &mut forms);
        }
        Self { root, forms }
    }

    /// The place `path` names; `None` where no setting can stand.
    pub fn at(&self, path: &Dotted) -> Option<Self> {
        path.0.iter().try_fold(self.clone(), |shape, step| shape.child(step))
    }

    /// One step down: into a table by a name, into a list by an index or an entry's id.
    pub fn child(&self, step: &str) -> Option<Self> {
        let found: Vec<&Value> = self.forms.iter().filter_map(|form| child_of(form, step)).collect();
        (!found.is_empty()).then(|| Self::opened(self.root, found))
    }

    /// What fits `value` among alternatives that a constant tells apart (`link = "nats"`); all of them when none does.
    pub fn narrowed(&self, value: &Value) -> Self {
        let fits = |form: &&&Value| {
            properties(form).all(|(name, schema)| match (schema.get("const"), value.get(name)) {
                (Some(only), Some(given)) => only == given,
                _ => true,
            })
        };
        let forms: Vec<&Value> = self.forms.iter().filter(fits).copied().collect();
        if forms.iter().any(|form| properties(form).next().is_some()) {
            return Self { root: self.root, forms };
        }
        self.clone()
    }

    /// The names that a table here may hold, in the schema's order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.forms.iter().flat_map(|form| properties(form)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// Whether a table here may hold names of the technician's choice.
    pub fn takes_any_name(&self) -> bool {
        self.forms.iter().any(|form| match form.get("additionalProperties") {
            Some(Value::Bool(any)) => *any,
            Some(_) => true,
            // A form that says nothing of names takes all of them, when it is a table at all.
            None => form.get("type").is_some_and(|kind| kind == "object") && properties(form).next().is_none(),
        })
    }

    /// JSON's names of the kinds that may stand here: `integer`, `string`, `null`. Empty: any.
    pub fn kinds(&self) -> BTreeSet<&'a str> {
        let mut kinds = BTreeSet::new();
        for form in &self.forms {
            match form.get("type") {
                Some(Value::String(kind)) => drop(kinds.insert(kind.as_str())),
                Some(Value::Array(several)) => kinds.extend(several.iter().filter_map(Value::as_str)),
                _ => {}
            }
        }
        kinds
    }

    /// The words that may stand here, when only some may.
    pub fn choices(&self) -> Vec<String> {
        let fixed = self.forms.iter().filter_map(|form| form.get("const"));
        let listed = self.forms.iter().filter_map(|form| form.get("enum")).filter_map(Value::as_array).flatten();
        fixed.chain(listed).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
    }

    /// The first form's word on `keyword`, such as `minimum`.
    pub fn says(&self, keyword: &str) -> Option<&'a Value> {
        self.forms.iter().find_map(|form| form.get(keyword))
    }

    /// The constant's name and values that tell alternatives here apart: `link` and `off`, `local`.
    pub fn tag(&self) -> Option<(String, Vec<String>)> {
        let tags: Vec<(&String, &str)> = self
            .forms
            .iter()
            .flat_map(|form| properties(form))
            .filter_map(|(name, schema)| Some((name, schema.get("const")?.as_str()?)))
            .collect();
        let (name, _) = tags.first()?;
        Some(((*name).clone(), tags.iter().map(|(_, value)| (*value).to_owned()).collect()))
    }
}

/// Whether the schema says `keyword: true` of `path` or of something around it, such as `x-restart` or `x-secret`.
pub fn is_marked(schema: &Value, path: &Dotted, keyword: &str) -> bool {
    let mut shape = Some(Shape::of(schema));
    for step in &path.0 {
        shape = shape.and_then(|shape| shape.child(step));
        if shape.as_ref().and_then(|shape| shape.says(keyword)).is_some_and(|said| said == true) {
            return true;
        }
    }
    false
}

fn open<'a>(root: &'a Value, node: &'a Value, depth: usize, forms: &mut Vec<&'a Value>) {
    if depth > REFERENCES_MAX {
        return;
    }
    forms.push(node);
    let target = node.get("$ref").and_then(Value::as_str).and_then(|name| root.pointer(name.strip_prefix('#')?));
    let alternatives = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|word| node.get(word)?.as_array()).flatten();
    for next in target.into_iter().chain(alternatives) {
        open(root, next, depth + 1, forms);
    }
}

fn properties(form: &Value) -> impl Iterator<Item = (&String, &Value)> {
    form.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn child_of<'a>(form: &'a Value, step: &str) -> Option<&'a Value> {
    let named = form.get("properties").and_then(|names| names.get(step));
    let any = || form.get("additionalProperties").filter(|any| any.is_object());
    let entry = || form.get("items").filter(|items| items.is_object());
    named.or_else(any).or_else(entry)
}
