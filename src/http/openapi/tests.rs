//! A small interface: what is told is served, what is served is told, and every reference leads somewhere.

use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::*;
use crate::http::given::{Asked, Given, Named};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Item {
    id: String,
    place: Place,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Place {
    level: i32,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u8>,
}

fn api() -> (Router, Value) {
    let list = async |Asked(page): Asked<Page>| page.limit.unwrap_or(0).to_string();
    let show = async |Named(id): Named<String>| id;
    let put = async |Given(item): Given<Item>| (StatusCode::CREATED, axum::Json(item)).into_response();
    Api::new()
        .get(
            "/api/admin/items",
            list,
            Operation::of("viewer", "Items")
                .may("limit", "At most", json!({"type": "integer"}))
                .gives::<Vec<Item>>(200),
        )
        .get("/api/admin/items/{id}", show, Operation::of("viewer", "An item").gives::<Item>(200))
        .put(
            "/api/admin/items/{id}",
            put,
            Operation::of("technician", "Changes an item").takes::<Item>().gives::<Item>(201),
        )
        .post(
            "/api/admin/files",
            async || StatusCode::NO_CONTENT,
            Operation::open("A file").takes_bytes("application/octet-stream").gives_nothing(204),
        )
        .finish("1.2.3")
}

async fn asked(method: &str, path: &str, body: &str) -> axum::response::Response {
    let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
    api().0.oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap()
}

async fn kind(reply: axum::response::Response) -> String {
    let body = axum::body::to_bytes(reply.into_body(), 1 << 16).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    body["error"]["kind"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn every_route_that_is_told_is_served() {
    let (_, told) = api();
    let paths = told["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 4);
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let reply = asked(&method.to_uppercase(), &path.replace("{id}", "b22"), "{}").await;
            assert!(!matches!(reply.status().as_u16(), 404 | 405), "{method} {path}: {}", reply.status());
        }
    }
}

#[tokio::test]
async fn the_description_is_served_as_it_is_told() {
    let reply = asked("GET", PATH, "").await;
    let body = axum::body::to_bytes(reply.into_body(), 1 << 20).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), api().1);
}

#[test]
fn every_reference_leads_somewhere_and_names_are_given_once() {
    let (_, told) = api();
    let mut references = 0;
    let mut values = vec![&told];
    while let Some(value) = values.pop() {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(to)) = map.get("$ref") {
                    references += 1;
                    assert!(told.pointer(to.trim_start_matches('#')).is_some(), "{to}");
                }
                values.extend(map.values());
            }
            Value::Array(list) => values.extend(list),
            _ => {}
        }
    }
    assert!(references >= 8, "{references}");
    let put = &told["paths"]["/api/admin/items/{id}"]["put"];
    assert_eq!((&put["operationId"], &put["x-role"]), (&json!("put_api_admin_items_id"), &json!("technician")));
    assert_eq!(put["security"], json!([{"session": [], "csrf": []}]));
    assert_eq!(put["parameters"][0]["name"], "id");
    assert_eq!(told["components"]["schemas"]["Item"]["properties"]["place"]["$ref"], "#/components/schemas/Place");
}

#[tokio::test]
async fn what_does_not_fit_is_answered_in_the_one_shape() {
    let reply = asked("PUT", "/api/admin/items/b22", "{\"id\":").await;
    assert_eq!((reply.status().as_u16(), kind(reply).await.as_str()), (400, "bad_request"));
    let reply = asked("PUT", "/api/admin/items/b22", "{\"id\":1}").await;
    assert_eq!((reply.status().as_u16(), kind(reply).await.as_str()), (422, "bad_request"));
    let reply = asked("GET", "/api/admin/items?limit=many", "").await;
    assert_eq!((reply.status().as_u16(), kind(reply).await.as_str()), (400, "bad_request"));
    let reply = asked("PATCH", "/api/admin/items/b22", "").await;
    assert_eq!(reply.headers()["allow"], "GET,HEAD,PUT");
    assert_eq!((reply.status().as_u16(), kind(reply).await.as_str()), (405, "method_not_allowed"));
}

#[test]
#[should_panic(expected = "has a wildcard")]
fn a_wildcard_is_our_mistake() {
    let _ = Api::<()>::new().get("/api/{*rest}", async || "", Operation::open("All"));
}
