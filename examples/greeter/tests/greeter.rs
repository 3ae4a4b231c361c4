//! What the program prints, as the README shows it.

use std::process::Command;

#[test]
fn it_prints_what_the_readme_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_example-greeter")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let (first, rest) = printed.split_once('\n').unwrap();
    assert!(first.starts_with("serving on http://127.0.0.1:"), "{first}");

    let readme = include_str!("../../../README.md");
    let (_, shown) = readme.split_once("serving on http://127.0.0.1:").expect("the quick start");
    let (_, shown) = shown.split_once('\n').unwrap();
    assert!(shown.starts_with(rest), "printed:\n{rest}\nREADME:\n{shown}");
}
