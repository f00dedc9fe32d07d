// Package figure draws what package analysis computes: rasters in which bursts can
// be seen, event rates and burst fractions over time, intervals, coherences,
// contrasts and weights.
//
// Every function takes plain data and writes PNG and SVG; a nil writer leaves that
// one out. The same data give the same bytes. Axes carry their units, legends never
// cover data, and the colours are those of Okabe & Ito, which colour-blind readers
// can tell apart. What has no value (NaN) is a gap.
package figure
