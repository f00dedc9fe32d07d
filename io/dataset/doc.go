// Package dataset reads sets of labelled images that networks are trained on: MNIST
// and all that have its files, and CIFAR-10.
//
// A data set is a directory, told by the files in it. Pixels and labels stay the bytes
// that they are in the files; [Set.Fill] makes inputs of them, a minibatch at a time.
//
// # IDX, the files of MNIST
//
// Four files, plain or packed by gzip, which their first bytes say and not their names:
// train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
// t10k-labels-idx1-ubyte; ".gz" may follow, and ".idx" may stand in place of "-idx".
// Numbers are big-endian.
//
//	bytes     images                        labels
//	0–3       2051: unsigned bytes, 3-d     2049: unsigned bytes, 1-d
//	4–7       number of images              number of labels
//	8–11      rows of an image              the labels, a byte each
//	12–15     columns of an image
//	from 16   the pixels, row by row, 0 for background and 255 for ink
//
// The format is by LeCun, Cortes and Burges, MNIST of LeCun et al. 1998 (doi
// 10.1109/5.726791); Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747) and
// KMNIST (Clanuwat et al. 2018, arXiv 1812.01718) have the same files.
//
// # CIFAR-10, binary version
//
// data_batch_1.bin to data_batch_5.bin and test_batch.bin, of records of 3073 bytes: the
// label, 0 to 9, and 32 rows of 32 pixels three times, for red, green and blue
// (Krizhevsky 2009, Learning multiple layers of features from tiny images).
//
// # What is refused
//
// Counts that do not agree, files that end early or go on, labels of no class: each is
// an *[InputError] with the file and the byte. IDX files do not say how many classes there
// are: a directory called as one of [Published] has at most those, another as many as it
// has labels of, from 0 without a gap. No length is believed before it was
// compared with the size of its file and with [MaxBytes].
package dataset
