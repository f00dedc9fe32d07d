// Package report writes what a recording says on one page of HTML: events and
// bursts of each population, when they happened, how the threshold between them was
// chosen, and what speaks against believing it.
//
// The page is one file. It loads nothing, runs nothing, and its policy forbids a
// browser to do either: figures are data within it. It reads on a phone, on paper,
// in the light and in the dark. The same report gives the same bytes. Names from
// files are shown as they are, whatever they hold.
package report
