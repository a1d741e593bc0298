//! The REST interface and its description (OpenAPI 3.1) in one: a route is entered once, and is both served and told, so that neither can
//! lack what the other has.
//!
//! Own lines over `schemars`, which describes the site file already and speaks the JSON Schema of OpenAPI 3.1 (2020-12). `utoipa` would
//! add a macro above each handler and a second derive on each type; `aide` infers from handler types, which ours hide in `Response`.
//! Knows no route.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodFilter, get, on};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::given::wrong_method;

/// Where the description is served.
pub const PATH: &str = "/api/openapi.json";

type Shape = fn(&mut SchemaGenerator) -> Schema;

enum Content {
    Json(Shape),
    /// Media type of a body that is no JSON.
    Bytes(&'static str),
}

/// What one operation takes and gives. Every reply that is not named here has the shape of an error.
pub struct Operation {
    summary: &'static str,
    role: Option<&'static str>,
    /// Name, meaning, schema, required.
    query: Vec<(&'static str, &'static str, Value, bool)>,
    takes: Option<Content>,
    gives: Vec<(u16, Option<Content>)>,
}

impl Operation {
    /// One that needs no login.
    pub fn open(summary: &'static str) -> Self {
        Self { summary, role: None, query: Vec::new(), takes: None, gives: Vec::new() }
    }

    /// One for people of at least `role`: viewer, technician, owner.
    pub fn of(role: &'static str, summary: &'static str) -> Self {
        Self { role: Some(role), ..Self::open(summary) }
    }

    /// A part of the query that may be left out; `schema` such as `json!({"type": "integer", "minimum": 1})`.
    pub fn may(mut self, name: &'static str, meaning: &'static str, schema: Value) -> Self {
        self.query.push((name, meaning, schema, false));
        self
    }

    /// A part of the query that must be there.
    pub fn must(mut self, name: &'static str, meaning: &'static str, schema: Value) -> Self {
        self.query.push((name, meaning, schema, true));
        self
    }

    /// A body of JSON.
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(Content::Json(|schemas| schemas.subschema_for::<T>()));
        self
    }

    /// A body of another type.
    pub fn takes_bytes(mut self, media_type: &'static str) -> Self {
        self.takes = Some(Content::Bytes(media_type));
        self
    }

    /// A reply of JSON.
    pub fn gives<T: JsonSchema>(mut self, status: u16) -> Self {
        self.gives.push((status, Some(Content::Json(|schemas| schemas.subschema_for::<T>()))));
        self
    }

    /// A reply of another type.
    pub fn gives_bytes(mut self, status: u16, media_type: &'static str) -> Self {
        self.gives.push((status, Some(Content::Bytes(media_type))));
        self
    }

    /// A reply without a body.
    pub fn gives_nothing(mut self, status: u16) -> Self {
        self.gives.push((status, None));
        self
    }
}

/// Routes and their description, growing together.
pub struct Api<S> {
    router: Router<S>,
    paths: Map<String, Value>,
    schemas: SchemaGenerator,
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    pub fn new() -> Self {
        let schemas =
            SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
        Self { router: Router::new(), paths: Map::new(), schemas: schemas.into_generator() }
    }

    pub fn get<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H, told: Operation) -> Self {
        self.route("get", MethodFilter::GET, path, handler, told)
    }

    pub fn post<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H, told: Operation) -> Self {
        self.route("post", MethodFilter::POST, path, handler, told)
    }

    pub fn put<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H, told: Operation) -> Self {
        self.route("put", MethodFilter::PUT, path, handler, told)
    }

    pub fn delete<H: Handler<T, S>, T: 'static>(self, path: &str, handler: H, told: Operation) -> Self {
        self.route("delete", MethodFilter::DELETE, path, handler, told)
    }

    /// # Panics
    /// When a route is entered twice, or with a wildcard, which OpenAPI has no word for: our own mistakes.
    fn route<H: Handler<T, S>, T: 'static>(
        mut self,
        method: &str,
        filter: MethodFilter,
        path: &str,
        handler: H,
        told: Operation,
    ) -> Self {
        assert!(!path.contains('*'), "{path} has a wildcard");
        let operation = self.tell(method, path, &told);
        let entry = self.paths.entry(path).or_insert_with(|| json!({}));
        entry[method] = operation;
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    fn tell(&mut self, method: &str, path: &str, told: &Operation) -> Value {
        let words: Vec<&str> = path.split(['/', '-', '{', '}']).filter(|word| !word.is_empty()).collect();
        let mut parameters: Vec<Value> =
            names(path).map(|name| parameter("path", name, &json!({"type": "string", "minLength": 1}), true)).collect();
        for (name, meaning, schema, required) in &told.query {
            let mut one = parameter("query", name, schema, *required);
            one["description"] = (*meaning).into();
            parameters.push(one);
        }
        let mut operation = json!({
            "operationId": format!("{method}_{}", words.join("_")),
            "summary": told.summary,
            "tags": [words.get(2).or(words.last()).copied().unwrap_or("api")],
            "parameters": parameters,
            "responses": self.replies(&told.gives),
            "security": security(method, told.role),
        });
        if let Some(role) = told.role {
            operation["x-role"] = role.into();
        }
        if let Some(content) = &told.takes {
            operation["requestBody"] = json!({"required": true, "content": self.content(content)});
        }
        operation
    }

    fn replies(&mut self, gives: &[(u16, Option<Content>)]) -> Value {
        let mut replies = Map::new();
        for (status, content) in gives {
            let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
            let mut reply = json!({"description": reason.unwrap_or("Reply")});
            if let Some(content) = content {
                reply["content"] = self.content(content);
            }
            replies.insert(status.to_string(), reply);
        }
        replies.insert("default".into(), json!({"$ref": "#/components/responses/Fault"}));
        Value::Object(replies)
    }

    fn content(&mut self, content: &Content) -> Value {
        match content {
            Content::Json(shape) => json!({"application/json": {"schema": shape(&mut self.schemas)}}),
            Content::Bytes(media_type) => json!({*media_type: {"schema": {}}}),
        }
    }

    /// The routes with the description among them, and the description itself, for a command that writes it to a file.
    pub fn finish(mut self, version: &str) -> (Router<S>, Value) {
        let this = Operation::open("This description").gives_bytes(200, "application/json");
        let operation = self.tell("get", PATH, &this);
        self.paths.insert(PATH.into(), json!({"get": operation}));
        let schemas = self.schemas.take_definitions(true);
        let document = json!({
            "openapi": "3.1.0",
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "info": {"title": "usher", "version": version, "description": "Administration of one kiosk's appliance."},
            "servers": [{"url": "/"}],
            "paths": self.paths,
            "components": {"schemas": schemas, "responses": {"Fault": fault()}, "securitySchemes": schemes()},
        });
        let text: Arc<str> = document.to_string().into();
        let told = move || {
            let text = text.to_string();
            async move { Ok::<_, Infallible>(([(CONTENT_TYPE, "application/json")], text)) }
        };
        (self.router.route(PATH, get(told)).method_not_allowed_fallback(wrong_method), document)
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        Self::new()
    }
}

/// The variable parts of a path: `/a/{id}/{language}`.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(place: &str, name: &str, schema: &Value, required: bool) -> Value {
    json!({"name": name, "in": place, "required": required, "schema": schema})
}

/// A change needs the page's token beside the session's cookie.
fn security(method: &str, role: Option<&str>) -> Value {
    match (role, method) {
        (None, _) => json!([]),
        (Some(_), "get") => json!([{"session": []}]),
        (Some(_), _) => json!([{"session": [], "csrf": []}]),
    }
}

fn schemes() -> Value {
    json!({
        "session": {"type": "apiKey", "in": "cookie", "name": "usher_admin"},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-Usher-Csrf"},
    })
}

fn fault() -> Value {
    let text = json!({"type": "string"});
    let field = json!({"type": "object", "properties": {"path": text, "reason": text}, "required": ["path", "reason"]});
    let error = json!({
        "type": "object",
        "properties": {"kind": text, "message": text, "hint": text, "fields": {"type": "array", "items": field}},
        "required": ["kind", "message", "hint"],
    });
    let schema = json!({"type": "object", "properties": {"error": error}, "required": ["error"]});
    json!({"description": "What failed, and what to do about it.", "content": {"application/json": {"schema": schema}}})
}

#[cfg(test)]
mod tests;
