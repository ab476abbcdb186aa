//! What object stores answer when they do not answer, in words.

use object_store::Error;

/// The longest text that is repeated of an error.
const MAX_TEXT: usize = 300;

/// Why a request failed: what the server said, or else the innermost reason.
pub(super) fn words(error: &Error) -> String {
    let texts = chain(error);
    let tries = texts.iter().find_map(|t| tries(t)).unwrap_or_default();
    let answered = texts.iter().rev().find_map(|t| answered(t));
    let text = match (error, answered) {
        (Error::NotSupported { .. } | Error::NotImplemented { .. }, _) => {
            "the store cannot do this".into()
        }
        (_, Some(answer)) => answer,
        (Error::NotFound { .. }, None) => "no such object".into(),
        (_, None) => short(texts.last().map_or("", |t| t)),
    };
    format!("{text}{tries}")
}

/// An error's text and those of what caused it.
fn chain(error: &Error) -> Vec<String> {
    let mut texts = vec![];
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}

/// What a server answered, if a text tells: the status, and the code in the body.
fn answered(text: &str) -> Option<String> {
    let (_, answer) = text.split_once("Server returned non-2xx status code: ")?;
    let (status, body) = answer.split_once(':').unwrap_or((answer, ""));
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or(String::new(), |(code, _)| format!(" ({})", short(code)));
    Some(format!("the server answered {}{code}", status.trim()))
}

/// How often a request was tried, if a text tells.
fn tries(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(", after ")?;
    let (number, _) = rest.split_once(" retries")?;
    let number: usize = number.parse().ok()?;
    Some(format!(", tried {} times", number + 1))
}

fn short(text: &str) -> String {
    let text = &text[..text.find(" (os error").unwrap_or(text.len())];
    match text.chars().count() > MAX_TEXT {
        true => text.chars().take(MAX_TEXT).chain("...".chars()).collect(),
        false => text.into(),
    }
}
