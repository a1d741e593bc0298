//! Names that no setting has: all of them at once, each with the name that was probably meant. Knows no file.

use serde_json::Value;

use super::dotted::Dotted;
use super::fault::FieldFault;
use super::shape::Shape;
use crate::base::or_nearest;

/// Every name in `value` that `schema` does not know.
pub fn unknown(schema: &Value, value: &Value) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    walk(&Shape::of(schema), value, &Dotted::default(), &mut faults);
    faults
}

fn walk(shape: &Shape<'_>, value: &Value, path: &Dotted, faults: &mut Vec<FieldFault>) {
    match value {
        Value::Object(entries) => {
            let shape = shape.narrowed(value);
            for (name, below) in entries {
                let here = path.with(name);
                match shape.child(name) {
                    Some(child) => walk(&child, below, &here, faults),
                    None if shape.takes_any_name() => {}
                    None => faults.push(FieldFault::new(here, no_such_name(name, &shape.names()))),
                }
            }
        }
        Value::Array(entries) => {
            for (index, below) in entries.iter().enumerate() {
                if let Some(child) = shape.child(&index.to_string()) {
                    walk(&child, below, &path.with(index.to_string()), faults);
                }
            }
        }
        _ => {}
    }
}

/// The sentence for a name that is not among `names`.
pub fn no_such_name(name: &str, names: &[String]) -> String {
    format!("no setting has the name '{}'{}", name.escape_debug(), or_nearest(name, names.iter()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::schema;

    #[test]
    fn every_unknown_name_is_told_with_the_nearest() {
        let value = json!({
            "visit": {"idle_second": 90},
            "topics": [{"id": "a", "labl": {"en": "x"}}],
            "camera": {"hold-3": {"fps": 2}},
            "colour": 1,
        });
        let told: Vec<String> = unknown(&schema(), &value).iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        assert_eq!(told[0], "visit.idle_second: no setting has the name 'idle_second'; did you mean 'idle_seconds'?");
        assert_eq!(told[1], "topics.0.labl: no setting has the name 'labl'; did you mean 'label'?");
        assert!(told[2].starts_with("camera.hold-3.fps: no setting has the name 'fps'; there are title, "), "{told:?}");
        assert!(told[3].starts_with("colour: no setting has the name 'colour'; there are id, "), "{told:?}");
    }

    #[test]
    fn a_form_is_chosen_by_its_tag() {
        let local = json!({"handoff": {"desk": {"link": "local", "url": "wss://desk"}}});
        assert_eq!(unknown(&schema(), &local)[0].path, "handoff.desk.url");
        let far = json!({"handoff": {"desk": {"link": "websocket", "url": "wss://desk", "key": "k"}}});
        assert_eq!(unknown(&schema(), &far), []);
    }
}
