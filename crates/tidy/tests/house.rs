//! Every house rule on the repository as it is.

use std::sync::LazyLock;
use tidy::Finding;
use tidy::rules::{files, floors, manifests, migrations, paths, refusals, sql, tests};
use tidy::tree::Tree;

static TREE: LazyLock<Tree> = LazyLock::new(Tree::of_repository);

fn check(rule: fn(&Tree) -> Vec<Finding>) {
    let found: Vec<String> = rule(&TREE).iter().map(Finding::to_string).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

macro_rules! house {
    ($($name:ident $rule:path;)*) => {$(
        #[test]
        fn $name() {
            check($rule);
        }
    )*};
}

house! {
    files_end_in_time files::length;
    modules_open_with_what_they_do files::opening;
    everything_is_named_after_its_noun files::names;
    nothing_is_left_unfinished files::leftovers;
    no_file_knows_a_machine files::machine_paths;
    lints_are_silenced_with_a_reason files::silenced;
    decisions_carry_their_day files::decisions;
    crates_inherit_from_the_workspace manifests::inherit;
    arrows_point_down floors::arrows;
    migrations_are_stamped migrations::stamps;
    migrations_are_listed_in_order migrations::listed;
    tables_and_columns_are_explained migrations::explained;
    statements_stand_in_stores sql::place;
    statements_keep_to_their_tables sql::tables;
    refusals_have_codes_of_their_own refusals::unique;
    documents_name_what_is_there paths::named_files;
    tests_can_fail tests::assert_something;
}

#[test]
fn the_tree_is_the_repository() {
    assert!(TREE.has("Cargo.toml") && TREE.has("crates/tidy/src") && !TREE.has("target"));
    assert!(TREE.crates().contains(&"kernel"));
}
