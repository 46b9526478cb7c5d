//! The simulation: several engines, real files, a network that breaks and clocks that are wrong, from one seed, a thousand times.
//!
//! `SKEIN_SIM_SEEDS` says how many seeds to run and `SKEIN_SIM_FIRST` which is the first; `SKEIN_SIM_LOG=1` tells the story of a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod sim;

use std::hash::Hasher;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sim::World;

/// Seeds that failed once.
const REGRESSIONS: &[u64] = &[10_982, 11_792, 20_205, 20_840];
/// The same, with people.
const REGRESSIONS_WITH_PEOPLE: &[u64] = &[
    266, 623, 679, 764, 775, 20_640, 20_666, 40_260, 40_655, 40_722, 41_844, 42_291, 51_926,
    61_823, 84_186, 84_861, 85_862,
];
/// The same, at a relay.
const REGRESSIONS_AT_A_RELAY: &[u64] = &[296, 1_108, 1_152, 1_168, 1_204, 50_433, 70_041, 89_559];
/// The same, with liars.
const REGRESSIONS_WITH_LIARS: &[u64] = &[
    65, 66, 98, 108, 336, 60_126, 60_232, 60_251, 60_261, 60_289, 61_556, 61_617, 87_366, 89_867,
];
/// The same, with an old disk and people who come and go.
const REGRESSIONS_WITH_RETURNING: &[u64] = &[1_001, 1_024, 2_753];
/// How many seeds are run when nothing else is said.
const SEEDS: u64 = 1_300;
/// And how many in which people come and go, and change their roles.
const SEEDS_WITH_PEOPLE: u64 = 250;
/// And how many in which people meet at a relay alone.
const SEEDS_AT_A_RELAY: u64 = 250;
/// And how many in which all of that happens, and some lie.
const SEEDS_WITH_LIARS: u64 = 200;
/// And how many in which people come and go, and one of them puts an old disk back.
const SEEDS_WITH_RETURNING: u64 = 150;

/// What stories are about besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Work, networks and machines, as in all of them.
    Work,
    /// A third of them about people too, who come, go and change their roles.
    People,
    /// People who meet at a relay alone, and carry bundles.
    Relay,
    /// People who come and go, and meet at a relay and one another, while some keep things back and some say what is not so.
    Liars,
    /// People who come and go, one of whom puts an old copy of his disk back, or uses it on two machines.
    Returning,
}

impl About {
    /// Whether there is a relay.
    fn has_a_relay(self) -> bool {
        matches!(self, Self::Relay | Self::Liars)
    }

    /// In how many of a hundred stories people come, go and change their roles.
    fn percent_about_people(self) -> u32 {
        match self {
            Self::Work | Self::Relay => 0,
            Self::People => 35,
            Self::Liars => 80,
            Self::Returning => 100,
        }
    }
}

/// One run: a story, then rest, then the laws. Returns what tells it from any other: all that was sent.
fn run(seed: u64, about: About) -> u64 {
    let members = [2, 2, 3, 4][usize::try_from(seed % 4).unwrap()];
    let mut world = World::new(seed, members);
    world.found();
    world.meet_anywhere = about == About::Liars;
    if about.has_a_relay() {
        world.name_relay();
        // In half of them old work is packed, and the relay lets it go.
        if seed % 2 == 1 {
            world.packs_soon(4);
        }
    }
    // Most stories begin when all are members; in the others they come one by one in the middle of things.
    if world.chance(75) {
        let everybody: Vec<usize> = (0..members).collect();
        for index in 1..members {
            world.join(index);
        }
        for index in 0..3 {
            world.create(index % members);
        }
        world.settle(&everybody);
    }
    let steps = world.rng.gen_range(50..190);
    // Rare things happen in some of the runs, at some moment.
    let moments: Vec<u64> = (0..3).map(|_| world.rng.gen_range(0..steps)).collect();
    let restores = world.chance(15);
    // What another machine of the same device was told does not help when this one's disk is put back.
    let copies = !restores && world.chance(14);
    let (restores, copies) = match about {
        About::Returning => (seed % 8 < 4, seed % 8 >= 4),
        _ => (restores, copies),
    };
    let long = world.chance(3);
    let mut subject = world.rng.gen_range(0..members);
    if about == About::Returning && subject == 0 {
        // Who is out is for the founder to say, and he must not forget it.
        subject = 1;
    }
    // By a chance of their own: the other stories stay what they were.
    let mut fate = ChaCha20Rng::seed_from_u64(seed ^ 0x6d65_6d62_6572);
    let people = about.percent_about_people();
    let of_another_kind = (restores || copies) && about != About::Returning;
    let about_people = people > 0 && !of_another_kind && fate.gen_range(0..100) < people;
    let turns: Vec<u64> = (0..4).map(|_| fate.gen_range(0..steps)).collect();
    for step in 0..steps {
        world.step();
        if long
            && step == moments[1]
            && world.machines[subject].joined
            && world.machines[subject].is_running()
        {
            world.make_history(subject);
        }
        if restores && step == moments[0].min(moments[1]) {
            world.back_up(subject);
        }
        if restores && step == moments[0].max(moments[1]) {
            world.put_back();
        }
        if about_people && turns.contains(&step) {
            world.about_people(&mut fate, members);
        }
        if about_people && about == About::Liars && fate.gen_bool(0.03) {
            world.another_owner_decides(&mut fate, members);
        }
        if copies && step == moments[2] {
            world.copy_to_second_machine(subject);
        }
        if about.has_a_relay() {
            world.about_the_relay(&mut fate);
        }
        // Where a disk is put back, what others said that they have decides what may be lost.
        if about == About::Liars && !restores && !copies {
            world.about_liars(&mut fate);
        }
    }
    if about.has_a_relay() {
        world.the_relay_is_there();
    }
    for index in 0..members {
        if !world.machines[index].is_running() {
            world.start(index);
        }
        world.join(index);
    }
    if about_people {
        world.see_whom_owners_kept();
        world.spread_the_word();
        world.see_who_came(members);
    }
    let originals: Vec<usize> = match about_people {
        true => world.insiders(),
        false => (0..members).collect(),
    };
    world.finish(&originals);
    world.sent.finish()
}

impl World {
    fn finish(&mut self, originals: &[usize]) {
        self.settle(originals);
        let copy = self.copied_to.filter(|copy| !self.out.contains(copy));
        let with_copy = copy.map(|copy| {
            let device = self.machines[copy].device;
            originals
                .iter()
                .copied()
                .filter(|index| self.machines[*index].device != device)
                .chain([copy])
                .collect::<Vec<usize>>()
        });
        if let Some(with_copy) = &with_copy {
            self.settle(with_copy);
            self.settle(originals);
            if self.relay.is_some() {
                // What was said when the others met at the relay has the copy not heard.
                self.settle(with_copy);
                self.settle(originals);
            }
        }
        // Texts follow in lists and search.
        for _ in 0..30 {
            self.pass(400);
        }
        self.settle(originals);
        if let Some(with_copy) = with_copy.filter(|_| self.relay.is_some()) {
            // Nor of what was packed while the texts followed.
            self.settle(&with_copy);
            self.settle(originals);
        }
        match self.out.is_empty() {
            true => self.check(),
            false => self.check_among(originals),
        }
        self.check_the_late();
        if self.meet_anywhere {
            self.check_who_is_in(originals);
        }
        if self.breaks == 0 {
            assert_eq!(
                self.out_of_step, 0,
                "an editor was out of step though nothing had broken"
            );
        }
        self.check_liveness(originals);
        if self.relay.is_some() && self.machines[0].packing.is_some() {
            self.somebody_new_comes_to_the_relay(originals);
        }
        self.check_nothing_is_left(originals);
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Runs seeds on all processors; stops after five that fail.
fn run_all(regressions: &[u64], count: u64, about: About) {
    let first = number("SKEIN_SIM_FIRST", 0);
    let seeds: Vec<u64> = regressions
        .iter()
        .copied()
        .chain(first..first + count)
        .collect();
    let next = AtomicU64::new(0);
    let failed: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) =
                    seeds.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap())
                {
                    if failed.lock().unwrap().len() >= 5 {
                        return;
                    }
                    if std::panic::catch_unwind(|| run(*seed, about)).is_err() {
                        println!(
                            "seed {seed} failed; again, with the name of this test: SKEIN_SIM_FIRST={seed} SKEIN_SIM_SEEDS=1 SKEIN_SIM_LOG=1 \
                             cargo test -p skein-engine --test simulation -- --nocapture"
                        );
                        failed.lock().unwrap().push(*seed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    println!(
        "{} seeds from {first}, {} failed",
        seeds.len(),
        failed.len()
    );
    assert!(failed.is_empty(), "failing seeds: {failed:?}");
}

#[test]
fn whatever_happens_everybody_ends_with_the_same_and_nothing_acknowledged_is_lost() {
    run_all(REGRESSIONS, number("SKEIN_SIM_SEEDS", SEEDS), About::Work);
}

#[test]
fn whoever_comes_or_goes_those_who_stay_end_with_the_same_and_the_removed_see_nothing_new() {
    run_all(
        REGRESSIONS_WITH_PEOPLE,
        number("SKEIN_SIM_SEEDS", SEEDS_WITH_PEOPLE),
        About::People,
    );
}

#[test]
fn people_who_meet_at_a_relay_alone_end_with_the_same_whatever_befalls_it() {
    run_all(
        REGRESSIONS_AT_A_RELAY,
        number("SKEIN_SIM_SEEDS", SEEDS_AT_A_RELAY),
        About::Relay,
    );
}

#[test]
fn whoever_lies_or_keeps_things_back_the_others_end_with_the_same_and_nobody_is_in_or_out_by_it() {
    run_all(
        REGRESSIONS_WITH_LIARS,
        number("SKEIN_SIM_SEEDS", SEEDS_WITH_LIARS),
        About::Liars,
    );
}

#[test]
fn whoever_puts_an_old_disk_back_or_copies_it_while_people_come_and_go_ends_with_the_same_or_outside()
 {
    run_all(
        REGRESSIONS_WITH_RETURNING,
        number("SKEIN_SIM_SEEDS", SEEDS_WITH_RETURNING),
        About::Returning,
    );
}

#[test]
fn a_story_is_told_alike_each_time() {
    for about in [
        About::Work,
        About::People,
        About::Relay,
        About::Liars,
        About::Returning,
    ] {
        for seed in 0..4 {
            let (once, again) = (run(seed, about), run(seed, about));
            assert_eq!(once, again, "story {seed} about {about:?}");
        }
    }
}
