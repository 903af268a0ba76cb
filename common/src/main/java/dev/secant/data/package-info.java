/** What a trial learns from: readers, generated datasets, sample order, augmentation. */
package dev.secant.data;
