/** The commands. */
package dev.secant.cli;
