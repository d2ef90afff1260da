//! Signed JSON, made readable.

/// The same JSON on several lines. Nothing is parsed and put together anew, so that what is shown is what was signed.
pub(super) fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut rest = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(40)));
    };
    while let Some(letter) = rest.next() {
        if in_text {
            out.push(letter);
            (in_text, escaped) = (escaped || letter != '"', !escaped && letter == '\\');
            continue;
        }
        match letter {
            '{' | '[' => {
                out.push(letter);
                if rest.peek().is_some_and(|next| matches!(next, '}' | ']')) {
                    out.extend(rest.next());
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_laid_out_and_not_changed() {
        let json = r#"{"b":[1,{"a\"":"x:{,\\"}],"a":[],"c":{}}"#;
        let shown = indented(json);
        assert_eq!(shown.lines().next_back(), Some("}"));
        assert!(shown.contains("\n  \"b\": [\n    1,\n    {\n      \"a\\\"\": \"x:{,\\\\\"\n    }\n  ],"), "{shown}");
        assert!(shown.ends_with("\"a\": [],\n  \"c\": {}\n}"), "{shown}");
        let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(same(&shown), same(json));
    }
}
