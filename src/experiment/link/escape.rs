//! Percent-encoding (RFC 3986) of keys and values.

/// What stays readable in a value. `&` and `#` would end it; the others survive a paste into a message.
const PLAIN: &[u8] = b"-._~,:;=/";

/// Encodes every byte that is neither alphanumeric nor in [`PLAIN`]; of a key the `=` too.
pub fn encode(text: &str, is_key: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        let plain = byte.is_ascii_alphanumeric() || (PLAIN.contains(&byte) && !(is_key && byte == b'='));
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Decodes; a `%` without two hexadecimal digits stands for itself. `None` if the result is no UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let hex = |byte: Option<&u8>| byte.and_then(|&b| char::from(b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], hex(bytes.get(i + 1)), hex(bytes.get(i + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (byte, ..) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["", "a b&c#d%", "γ=0,9", "%zz", "100%", "line\nbreak"] {
            assert_eq!(decode(&encode(text, true)).as_deref(), Some(text));
            assert_eq!(decode(&encode(text, false)).as_deref(), Some(text));
        }
        assert_eq!(encode("a=b&c", true), "a%3Db%26c");
        assert_eq!(encode("120:lr=1,5", false), "120:lr=1,5");
    }

    #[test]
    fn what_is_not_encoded_stands_for_itself() {
        assert_eq!(decode("50%").as_deref(), Some("50%"));
        assert_eq!(decode("%4").as_deref(), Some("%4"));
        assert_eq!(decode("%3a%3A").as_deref(), Some("::"));
        assert_eq!(decode("%ff"), None);
    }
}
