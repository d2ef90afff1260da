//! Texts inside other texts.

/// A text inside XML.
pub(crate) fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sentence with its parameters in the form of a platform: `{name}` becomes what `form` makes of its place, from 1.
/// The order is that of the English sentence, so that both languages take the same arguments.
pub(crate) fn parameters(english: &str, sentence: &str, form: impl Fn(usize) -> String) -> String {
    let mut text = sentence.to_owned();
    for (index, name) in names(english).iter().enumerate() {
        text = text.replace(&format!("{{{name}}}"), &form(index + 1));
    }
    text
}

/// The names of a sentence's parameters, each once, in the order in which they come.
pub(crate) fn names(sentence: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in sentence.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}
