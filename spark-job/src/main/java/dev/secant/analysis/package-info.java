/** What the tables say: SQL views and summaries. */
package dev.secant.analysis;
