/** How long a step takes: fixed workloads, and samples that cost nothing to read. */
package dev.secant.bench;
