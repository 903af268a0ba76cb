/** The report: one page that shows what a sweep came to. */
package dev.secant.report;
