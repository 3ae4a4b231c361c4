//! How much code there is, as text and compiled.

use std::fs;
use std::ops::{Add, Sub};
use std::path::Path;

use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection, SectionKind};

/// A pile of source text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source {
    pub files: usize,
    /// Those with neither nothing nor only a comment on them.
    pub lines: usize,
    /// All of it, documentation included.
    pub bytes: usize,
}

impl Source {
    /// All Rust below a folder.
    pub fn below(folder: &Path) -> Result<Self, String> {
        let at = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut sum = Self::default();
        for entry in fs::read_dir(folder).map_err(at)? {
            let path = entry.map_err(at)?.path();
            if path.is_dir() {
                sum = sum + Self::below(&path)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sum = sum + Self::of(&fs::read_to_string(&path).map_err(at)?);
            }
        }
        Ok(sum)
    }

    /// One file.
    pub fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim_start);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        Self { files: 1, lines, bytes: text.len() }
    }
}

impl Add for Source {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            lines: self.lines + other.lines,
            bytes: self.bytes + other.bytes,
        }
    }
}

impl Sub for Source {
    type Output = Self;

    /// What of it is not in another pile.
    fn sub(self, other: Self) -> Self {
        Self {
            files: self.files.saturating_sub(other.files),
            lines: self.lines.saturating_sub(other.lines),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

/// The bytes of machine code in a library.
pub fn machine_code(library: &Path) -> Result<u64, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", library.display());
    let bytes = fs::read(library).map_err(|error| at(&error))?;
    let archive = ArchiveFile::parse(&*bytes).map_err(|error| at(&error))?;
    let mut sum = 0;
    for member in archive.members() {
        let member = member.map_err(|error| at(&error))?;
        let data = member.data(&*bytes).map_err(|error| at(&error))?;
        // The compiler's metadata is a member as well.
        let Ok(file) = object::File::parse(data) else { continue };
        let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
        sum += code.map(|section| section.size()).sum::<u64>();
    }
    Ok(sum)
}
