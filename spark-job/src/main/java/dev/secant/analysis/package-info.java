/**
 * What the tables say: {@code summary}, one row a trial; {@code effects}, what each factor does;
 * and both as text.
 */
package dev.secant.analysis;
