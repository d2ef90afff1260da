//! The AppConfig Community's specfile: what a console needs to draw a form for iOS.

use agent_core::client::configuration::{KEYS, Kind};

use super::super::{
    APP,
    escape::xml,
    keys::{choice_text, texts},
};

pub(super) fn specfile() -> String {
    let (mut values, mut fields) = (String::new(), String::new());
    for key in KEYS {
        let name = key.name;
        let default = if key.default.is_empty() {
            String::new()
        } else {
            format!("\n      <defaultValue>\n        <value>{}</value>\n      </defaultValue>", xml(key.default))
        };
        let (element, constraint) = match key.kind {
            Kind::Number(least, most) => {
                ("integer", format!("\n      <constraint nullable=\"true\" min=\"{least}\" max=\"{most}\"/>"))
            }
            Kind::Choice(words) => {
                let words: String = words.iter().map(|word| format!("\n          <value>{word}</value>")).collect();
                let values = format!("\n        <values>{words}\n        </values>");
                ("string", format!("\n      <constraint nullable=\"true\">{values}\n      </constraint>"))
            }
            _ => ("string", "\n      <constraint nullable=\"true\"/>".to_owned()),
        };
        values += &format!("    <{element} keyName=\"{name}\">{default}{constraint}\n    </{element}>\n");

        let [title, description] = texts(name);
        let both = |es: &str, en: &str, indent: &str| {
            format!(
                "\n{indent}<language value=\"en-US\">{}</language>\n{indent}<language value=\"es-ES\">{}</language>",
                xml(en),
                xml(es)
            )
        };
        let (kind, options) = match key.kind {
            Kind::Choice(words) => {
                let options: String = words
                    .iter()
                    .map(|word| {
                        let text = choice_text(name, word);
                        let words = both(text.es, text.en, "          ");
                        format!("\n        <option value=\"{word}\">{words}\n        </option>")
                    })
                    .collect();
                ("select", format!("\n      <options>{options}\n      </options>"))
            }
            _ => ("input", String::new()),
        };
        fields += &format!(
            "    <field keyName=\"{name}\" type=\"{kind}\">\n      <label>{}\n      </label>\n      <description>{}\n      \
             </description>{options}\n    </field>\n",
            both(title.es, title.en, "        "),
            both(description.es, description.en, "        ")
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<managedAppConfiguration>\n  <version>1</version>\n  \
         <bundleId>{APP}</bundleId>\n  <dict>\n{values}  </dict>\n  <presentation defaultLocale=\"en-US\">\n{fields}  \
         </presentation>\n</managedAppConfiguration>\n"
    )
}
