/** Downloading of published datasets into the folders that the readers expect. */
package dev.secant.fetch;
