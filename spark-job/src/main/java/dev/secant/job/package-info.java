/** The sweep on a cluster: driver, tasks, commits, resume, progress. */
package dev.secant.job;
