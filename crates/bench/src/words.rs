//! Words, sentences and notes made from a seed: the same on every machine, Latin and Japanese.

use rand::Rng;
use rand::seq::SliceRandom;

const SYLLABLES: &[&str] = &[
    "ka", "lo", "mi", "ren", "tos", "va", "be", "dun", "fer", "gil", "ho", "ist", "ju", "kol",
    "lam", "nor", "os", "pel", "qui", "ra", "sen", "tur", "um", "vel", "wi", "xo", "yen", "zar",
    "ble", "cra", "dri", "sto",
];
const JAPANESE: &[&str] = &[
    "会議", "予定", "資料", "東京", "大阪", "報告", "確認", "決定", "来週", "今日", "設計", "実装",
    "試験", "相談", "返事", "担当", "締切", "共有", "更新", "検索", "計画", "顧客", "契約", "見積",
    "写真", "電車", "雨", "朝", "仕事", "休暇",
];

/// The words of a workspace, common ones first.
pub(crate) struct Vocabulary(Vec<String>);

/// A note as it is before anybody stores it.
pub(crate) struct NewNote {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Vocabulary {
    pub(crate) fn new(rng: &mut impl Rng) -> Self {
        let mut words = std::collections::BTreeSet::new();
        while words.len() < 3_000 {
            let syllables = rng.gen_range(1..=4);
            words.insert(
                (0..syllables)
                    .filter_map(|_| SYLLABLES.choose(rng).copied())
                    .collect::<String>(),
            );
        }
        let mut words: Vec<String> = words.into_iter().collect();
        words.shuffle(rng);
        Self(words)
    }

    /// Any word, common ones more often.
    pub(crate) fn word(&self, rng: &mut impl Rng) -> &str {
        let share: f64 = rng.r#gen();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the words"
        )]
        let place = (share.powi(3) * self.0.len() as f64) as usize;
        self.0.get(place).map_or("word", String::as_str)
    }

    /// A sentence in one of the two scripts.
    pub(crate) fn sentence(&self, rng: &mut impl Rng, japanese: bool) -> String {
        let count = rng.gen_range(5..16);
        if japanese {
            let words: String = (0..count)
                .filter_map(|_| JAPANESE.choose(rng).copied())
                .collect();
            return format!("{words}。");
        }
        let words: Vec<&str> = (0..count).map(|_| self.word(rng)).collect();
        let mut sentence = words.join(" ");
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence.push('.');
        sentence
    }

    /// A paragraph of about so many characters.
    pub(crate) fn paragraph(&self, rng: &mut impl Rng, length: usize) -> String {
        let mut paragraph = String::new();
        while paragraph.len() < length {
            paragraph.push_str(&self.sentence(rng, false));
            paragraph.push(' ');
        }
        paragraph.push('\n');
        paragraph
    }

    /// A note as teams write them: about 600 characters, a heading, tasks, a tag, a link; every fifth in Japanese.
    pub(crate) fn note(&self, rng: &mut impl Rng, number: usize) -> NewNote {
        let japanese = number % 5 == 4;
        let title = format!("{} {} {number}", self.word(rng), self.word(rng));
        let mut text = format!("## {}\n\n", self.sentence(rng, japanese));
        for _ in 0..rng.gen_range(3..7) {
            text.push_str(&self.sentence(rng, japanese));
            text.push(' ');
        }
        text.push_str("\n\n");
        for _ in 0..rng.gen_range(0..4) {
            text.push_str(&format!("- [ ] {}\n", self.sentence(rng, japanese)));
        }
        text.push_str(&format!("\n#{} [[{}]]\n", self.word(rng), self.word(rng)));
        NewNote { title, text }
    }

    /// Words to look for: so many, from the commonest to the rarest.
    pub(crate) fn spread(&self, count: usize) -> impl Iterator<Item = &str> {
        let step = (self.0.len() / count.max(1)).max(1);
        self.0.iter().step_by(step).take(count).map(String::as_str)
    }

    /// Japanese words to look for.
    pub(crate) fn japanese() -> impl Iterator<Item = &'static str> {
        JAPANESE.iter().copied()
    }
}
