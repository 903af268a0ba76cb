/** What to run: a sweep, its grid, its trials and their ids. Pure; starts nothing. */
package dev.secant.sweep;
