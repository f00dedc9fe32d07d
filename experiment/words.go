package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// parseWords reads words separated by commas.
func (q *Param) parseWords(text string) []string {
	words := strings.Split(text, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// checkWords reports the first word that is no choice, or that is there twice.
func (q *Param) checkWords(words []string) error {
	for i, word := range words {
		if err := q.checkWord(word); err != nil {
			return err
		}
		if slices.Contains(words[:i], word) {
			return fmt.Errorf("%q is there twice", word)
		}
	}
	return nil
}

func (q *Param) checkWord(word string) error {
	if !slices.Contains(q.Choices, word) {
		return fmt.Errorf("%q%s, want one of %s", word, DidYouMean(word, q.Choices), strings.Join(q.Choices, ", "))
	}
	return nil
}

// checkText refuses what is not one line.
func checkText(text string) error {
	if text == "" {
		return errors.New("is empty")
	}
	if oneLine(text) != text {
		return fmt.Errorf("%q is more than one line", text)
	}
	return nil
}
