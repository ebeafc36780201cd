//! The words of the generated text.

use std::collections::HashSet;

use crate::rng::SplitMix64;

const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwz";
const VOWELS: &[u8] = b"aeiouy";
const ACCENTED: &[char] = &['é', 'ü', 'ß', 'ö', 'ñ', 'å', 'ç', 'ø'];
const CYRILLIC: &[char] = &['а', 'в', 'е', 'и', 'к', 'л', 'м', 'н', 'о', 'п', 'р', 'с', 'т', 'у', 'я', 'ж'];

/// Distinct words, the most frequent first.
///
/// Frequent words are short. Every hundredth word has letters outside ASCII, placed so that under Zipf's law they make up
/// one percent of the text as well as of the vocabulary. Every sixteenth of the others begins with a capital.
#[derive(Debug)]
pub struct Vocabulary {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Vocabulary {
    /// The `count` words that belong to `seed`.
    pub fn new(count: usize, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let mut words = Self { bytes: Vec::new(), ends: vec![0] };
        let mut known = HashSet::new();
        while words.len() < count {
            let word = word_of_rank(words.len() + 1, &mut random);
            if known.insert(word.clone()) {
                words.bytes.extend_from_slice(word.as_bytes());
                words.ends.push(words.bytes.len() as u32);
            }
        }
        words
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The word at `index`, in UTF-8.
    #[inline]
    pub fn word(&self, index: usize) -> &[u8] {
        &self.bytes[self.ends[index] as usize..self.ends[index + 1] as usize]
    }
}

fn word_of_rank(rank: usize, random: &mut SplitMix64) -> String {
    let length = length_of_rank(rank, random);
    match rank % 200 {
        20 => accented(length, random),
        120 => (0..length).map(|_| one_of(CYRILLIC, random)).collect(),
        _ if rank.is_multiple_of(16) => capitalised(&syllables(length, random)),
        _ => syllables(length, random),
    }
}

fn length_of_rank(rank: usize, random: &mut SplitMix64) -> usize {
    let (shortest, choices) = match rank {
        0..10 => (2, 2),
        10..100 => (2, 3),
        100..1_000 => (4, 3),
        1_000..10_000 => (5, 3),
        _ => (6, 5),
    };
    shortest + random.below(choices) as usize
}

fn syllables(length: usize, random: &mut SplitMix64) -> String {
    let first = random.below(2) as usize;
    (first..first + length).map(|i| char::from(one_of(if i % 2 == 0 { CONSONANTS } else { VOWELS }, random))).collect()
}

fn accented(length: usize, random: &mut SplitMix64) -> String {
    let place = random.below(length as u64) as usize;
    let letter = one_of(ACCENTED, random);
    syllables(length, random).chars().enumerate().map(|(i, plain)| if i == place { letter } else { plain }).collect()
}

fn capitalised(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

fn one_of<T: Copy>(choices: &[T], random: &mut SplitMix64) -> T {
    choices[random.below(choices.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::is_letter;

    fn words(count: usize) -> Vec<String> {
        let words = Vocabulary::new(count, 1);
        (0..count).map(|index| String::from_utf8(words.word(index).to_vec()).unwrap()).collect()
    }

    #[test]
    fn words_are_distinct_and_made_of_letters() {
        let words = words(50_000);
        assert!(words.iter().all(|word| !word.is_empty() && word.chars().all(is_letter)));
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
    }

    #[test]
    fn one_word_in_a_hundred_leaves_ascii() {
        assert_eq!(words(10_000).iter().filter(|word| !word.is_ascii()).count(), 100);
    }

    #[test]
    fn frequent_words_are_short() {
        let words = words(10_000);
        assert!(words[..100].iter().all(|word| word.chars().count() <= 4));
        assert!(words[1_000..].iter().all(|word| word.chars().count() >= 5));
    }
}
