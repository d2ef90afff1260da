//! No two files of a crate import each other, whichever way round: what a file needs stands below it.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{
    Attribute, Item, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// A module by its path from the crate's root.
type Module = Vec<String>;

/// The modules of a crate that are files, each with its text. Tests may look at anything.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "tests" || name.ends_with("_tests") {
            continue;
        }
        let own: Module = at.iter().cloned().chain([name.clone()]).collect();
        if path.is_dir() {
            modules(&path, &own, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_root = matches!(name.as_str(), "lib" | "main" | "mod");
            found.insert(if is_root { at.clone() } else { own }, fs::read_to_string(&path).unwrap());
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

/// Every path that a file names from its crate, its parents or itself.
struct Names {
    /// Where the visitor is: the file's module, and those inside it.
    here: Module,
    found: BTreeSet<Module>,
}

impl Names {
    fn add(&mut self, segments: &[String]) {
        let mut rest = segments;
        let mut base = match rest.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("super" | "self") => self.here.clone(),
            _ => return,
        };
        while let Some(first) = rest.first().filter(|first| matches!(first.as_str(), "crate" | "self" | "super")) {
            if first == "super" {
                base.pop();
            }
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        self.found.insert(base);
    }

    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| -> Vec<String> { before.iter().cloned().chain([name.to_string()]).collect() };
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.add(&with(&name.ident)),
            UseTree::Rename(name) => self.add(&with(&name.ident)),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(before, item)),
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item(&mut self, item: &'a Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.here.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }
}

/// Which files each file imports from. What a module says of its own parts, and they of it, is no import.
fn imports(files: &BTreeMap<Module, String>) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let of = |(own, text): (&'_ Module, &String)| {
        let mut names = Names { here: own.clone(), found: BTreeSet::new() };
        names.visit_file(&syn::parse_file(text).unwrap());
        let file = |path: &Module| (0..=path.len()).rev().find_map(|end| files.get_key_value(&path[..end].to_vec()));
        let others = names.found.iter().filter_map(file).map(|(other, _)| other);
        others.filter(|other| !own.starts_with(other) && !other.starts_with(own)).collect()
    };
    files.iter().map(|file| (file.0, of(file))).collect()
}

/// A way from a file back to itself.
fn circle<'a>(
    imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
    way: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> Option<Vec<&'a Module>> {
    let here = *way.last()?;
    for next in &imports[here] {
        if let Some(began) = way.iter().position(|one| one == next) {
            return Some(way[began..].to_vec());
        }
        if done.insert(next) {
            way.push(next);
            if let Some(found) = circle(imports, way, done) {
                return Some(found);
            }
            way.pop();
        }
    }
    None
}

#[test]
fn no_files_import_each_other() {
    for name in ["agent-core", "bindings", "server-stub"] {
        let mut files = BTreeMap::new();
        modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), &Vec::new(), &mut files);
        let imports = imports(&files);
        let count: usize = imports.values().map(BTreeSet::len).sum();
        assert!(count > files.len(), "{name}: {count} imports of {} files were found", files.len());
        let mut done = BTreeSet::new();
        for file in files.keys() {
            if done.insert(file) {
                let found = circle(&imports, &mut vec![file], &mut done);
                let told = found.iter().flatten().map(|file| file.join("::")).collect::<Vec<_>>().join(" → ");
                assert!(
                    found.is_none(),
                    "{name}: {told} import each other in a circle; move what both need below them"
                );
            }
        }
    }
}
