/** What is measured: one quantity a file. */
package dev.secant.geometry;
