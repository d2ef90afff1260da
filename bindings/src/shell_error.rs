//! What a shell says when it could not do what it was asked.

/// A shell could not do it. A reason never carries personal data; it is for developers and reaches no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ShellError {
    /// The key is gone (cleared lock screen, restored backup): the device must be enrolled again.
    #[error("the signing key is gone")]
    KeyLost,
    /// The key's holder did not answer; trying later may work.
    #[error("the signing key did not answer")]
    KeyUnavailable,
    /// It did not work.
    #[error("the shell failed: {reason}")]
    Failed {
        /// Why, in a few words.
        reason: String,
    },
    /// The shell's code broke: a fault of the app, met instead of an answer.
    #[error("the shell broke: {reason}")]
    Unexpected {
        /// The class of what was thrown.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ShellError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unexpected { reason: class_of(&error.reason) }
    }
}

/// The class of an exception, of a text that may hold its message and its whole stack, which can hold anything: the
/// first word, when it looks like the name of a class.
pub(crate) fn class_of(thrown: &str) -> String {
    let word: String =
        thrown.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "._$".contains(*letter)).collect();
    let rest = &thrown[word.len()..];
    let ends = rest.is_empty() || rest.starts_with([':', '(', '\n', '\r']);
    let is_class =
        word.rsplit(['.', '$']).next().is_some_and(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    if ends && is_class && word.len() <= 120 { word } else { "an exception".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_what_was_thrown_is_kept_but_its_class() {
        for (thrown, class) in [
            (
                "java.lang.IllegalStateException: Ana's phone\n\tat org.atalaya.Probe.facts(Probe.kt:12)",
                "java.lang.IllegalStateException",
            ),
            ("java.lang.NullPointerException\n\tat a.b", "java.lang.NullPointerException"),
            ("org.atalaya.Keys$Gone: x", "org.atalaya.Keys$Gone"),
            ("ValueError('secret')", "ValueError"),
            ("RuntimeError", "RuntimeError"),
            ("secret token 12345", "an exception"),
            ("Ana García", "an exception"),
            ("ana@example.com", "an exception"),
            ("", "an exception"),
        ] {
            let error = ShellError::from(uniffi::UnexpectedUniFFICallbackError::new(thrown));
            assert_eq!(error, ShellError::Unexpected { reason: class.to_owned() }, "{thrown}");
        }
    }
}
