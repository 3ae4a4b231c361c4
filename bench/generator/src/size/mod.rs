//! What generated code is like to keep and to compile: its lines, what the compiler takes for it, and
//! the machine code that comes out, beside prost with tonic and buffa with connect-rust.

mod caller;
mod code;
pub mod compiler;
mod contender;
mod set;
mod workspace;

use code::Source;
use contender::CONTENDERS;
use set::Set;
use workspace::{Depth, Seconds, Workspace};

use crate::options::Options;

/// The fixtures that all of them can read: prost knows no editions.
const FIXTURES: [&str; 3] =
    ["acme/common/v1/money.proto", "acme/orders/v1/orders.proto", "kinds/scalars.proto"];

/// Everything about one contender.
#[derive(Default)]
struct Figures {
    all: Source,
    messages: Source,
    expanded: Source,
    checked: Vec<Seconds>,
    optimized: Vec<Seconds>,
    machine_code: u64,
}

/// Measures, and prints a section of Markdown.
pub fn run(options: &Options) -> Result<(), String> {
    let bench = options.repository.join("bench");
    let workspace = Workspace::new(
        &bench.join("target/size"),
        &bench.join("Cargo.lock"),
        &options.repository.join("rustrpc"),
    )?;
    for contender in &CONTENDERS {
        eprintln!("what the code of {} depends on", contender.name);
        workspace.compile_dependencies(contender)?;
    }
    println!(
        "### Generated code: how much there is, and what compiling it takes; rounds: {}\n",
        options.rounds
    );
    for set in sets(options)? {
        eprintln!("{}", set.title);
        measure(&workspace, &set, options.rounds)?;
    }
    Ok(())
}

fn sets(options: &Options) -> Result<Vec<Set>, String> {
    let listed = std::fs::read_to_string(&options.list)
        .map_err(|error| format!("{}: {error}", options.list.display()))?;
    let names = |files: &[&str]| files.iter().map(ToString::to_string).collect();
    Ok(vec![
        Set {
            title: "bench.proto",
            includes: vec![options.repository.join("bench/protos")],
            files: names(&["bench.proto"]),
            optimized: true,
        },
        Set {
            title: "Fixtures",
            includes: vec![options.repository.join("fixtures/protos")],
            files: names(&FIXTURES),
            optimized: true,
        },
        Set {
            title: "Services of googleapis",
            includes: vec![options.protos.clone()],
            files: listed.lines().map(str::to_owned).collect(),
            optimized: false,
        },
    ])
}

fn measure(workspace: &Workspace, set: &Set, rounds: usize) -> Result<(), String> {
    let descriptors = set.descriptors()?;
    let alone = descriptors.messages_alone();
    let mut all: Vec<Figures> = Vec::new();
    for contender in &CONTENDERS {
        let folder = workspace.code(contender);
        let named = |error| format!("{}: {error}", contender.name);
        contender.generate(&alone, &folder).map_err(named)?;
        let messages = Source::below(&folder)?;
        contender.generate(&descriptors, &folder).map_err(named)?;
        let figures = Figures { all: Source::below(&folder)?, messages, ..Figures::default() };
        workspace.set_callers(contender, &caller::text(contender, &descriptors))?;
        all.push(figures);
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for (contender, figures) in CONTENDERS.iter().zip(&mut all) {
            figures.checked.push(workspace.compile(contender, Depth::Checked)?);
            figures.expanded = Source::of(&workspace.expanded(contender)?);
            if !set.optimized {
                continue;
            }
            figures.optimized.push(workspace.compile(contender, Depth::Optimized)?);
            let libraries = workspace.libraries(contender);
            figures.machine_code = libraries
                .iter()
                .map(|library| code::machine_code(library))
                .sum::<Result<_, _>>()?;
        }
    }
    let services: usize = descriptors.generated().map(|file| file.service.len()).sum();
    let methods = descriptors.generated().flat_map(|file| &file.service);
    let methods: usize = methods.map(|service| service.method.len()).sum();
    print(set, [descriptors.messages().len(), services, methods], &all);
    Ok(())
}

fn print(set: &Set, [messages, services, methods]: [usize; 3], all: &[Figures]) {
    println!(
        "**{}**: {} files, {messages} messages, {services} services with {methods} rpcs\n",
        set.title,
        set.files.len(),
    );
    let rows = |columns: &[&dyn Fn(&Figures) -> f64], digits: usize| {
        for (index, contender) in CONTENDERS.iter().enumerate() {
            print!("| {} |", contender.name);
            for column in columns {
                let value = column(&all[index]);
                print!(" {value:.digits$}");
                // Ours stands below the peer with the same in it.
                if index % 2 == 1 {
                    print!(" ({:.2})", value / column(&all[index - 1]));
                }
                print!(" |");
            }
            println!();
        }
        println!();
    };
    let services = services.max(1) as f64;
    println!(
        "| | files | lines | kB | lines for a message | for a service | lines with derives expanded |\n\
         |---|---|---|---|---|---|---|"
    );
    rows(
        &[
            &|figures| figures.all.files as f64,
            &|figures| figures.all.lines as f64,
            &|figures| figures.all.bytes as f64 / 1e3,
            &|figures| figures.messages.lines as f64 / messages as f64,
            &|figures| (figures.all - figures.messages).lines as f64 / services,
            &|figures| figures.expanded.lines as f64,
        ],
        0,
    );
    let checked = |figures: &Figures| median(&figures.checked, |seconds| seconds.generated);
    let checked_all = |figures: &Figures| median(&figures.checked, Seconds::sum);
    if !set.optimized {
        println!("| | check, s | with callers |\n|---|---|---|");
        return rows(&[&checked, &checked_all], 2);
    }
    println!(
        "| | check, s | with callers | optimize, s | with callers | machine code with callers, kB |\n\
         |---|---|---|---|---|---|"
    );
    rows(
        &[
            &checked,
            &checked_all,
            &|figures| median(&figures.optimized, |seconds| seconds.generated),
            &|figures| median(&figures.optimized, Seconds::sum),
            &|figures| figures.machine_code as f64 / 1e3,
        ],
        2,
    );
}

fn median(rounds: &[Seconds], of: fn(&Seconds) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
