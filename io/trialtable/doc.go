// Package trialtable reads tables of trials, one row each: when it began, what
// it was, and to whom. It reads CSV files, with comma, semicolon or tab between
// the fields and the names of the columns in the first line, and Arrow files.
package trialtable
