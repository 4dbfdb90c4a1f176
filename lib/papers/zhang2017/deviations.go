package zhang2017

import "rethinking/lib/paper"

// deviations are where these experiments are not the paper's.
var deviations = []paper.Deviation{
	{
		Source: "section 2, appendix A", Paper: "no batch size is given",
		Here: "128 images a step",
		Why:  "its reproductions take that",
	},
	{
		Source: "section 2, appendix A", Paper: "no number of epochs is given",
		Here: "120 at most; a run ends when every training example is classified as labelled",
		Why:  "by then the learning rate has shrunk by 470",
	},
	{
		Source: "figures 1a to 2b, table 1", Paper: "all 50,000 images",
		Here: "at the standard scale 5,000, and 5,000 test images; in table 1 all for the MLPs and, once, for Inception and Alexnet without regularization",
		Why:  "a convolutional net takes minutes an epoch on all images without a GPU",
	},
	{
		Source: "figure 1b", Paper: "when a set counts as overfitted is not said",
		Here: "at 99.9% train accuracy",
		Why:  "at 100% a run's time would hang on its last one or two labels",
	},
	{
		Source: "figures 1b and 1c", Paper: "no MNIST",
		Here: "the same of MNIST too, with a learning rate of 0.1 that shrinks by 0.98 an epoch",
		Why:  "students start there; the MLPs' 0.01 and 0.95 are spent before random labels are fitted",
	},
	{
		Source: "table 1", Paper: `"default" weight decay, without a number`,
		Here: "0.0005, as an L2 penalty in the loss",
		Why:  "the common choice for nets of this kind (Krizhevsky et al. 2012)",
	},
	{
		Source: "table 1", Paper: "the learning rate shrinks every epoch, of 391 steps",
		Here: "on few images, Inception without batch norm is trained at a second pace too: every 50 epochs",
		Why:  "an epoch of 1,000 images has 8 steps",
	},
	{
		Source: "table 4", Paper: "Inception on all 50,000 images",
		Here: "at the standard scale 1,000, 500 test images and 1 seed",
		Why:  "half an hour a run on a core of a processor",
	},
	{
		Source: "theorem 1", Paper: "a proof",
		Here: "the network is built, for up to 4,000 points, and returns labels as the numbers 0 to 9",
		Why:  "a construction can be run",
	},
	{
		Source: "table 3", Paper: "all examples, 32,000 random filters",
		Here: "at the standard scale 10,000 and 20,000 digits, pixels of all 60,000, and 5,000 images with 400 patches",
		Why:  "a kernel of all digits takes 15 GB",
	},
	{
		Source: "table 3", Paper: "no bandwidth is given",
		Here: "that of 1/8, 1/4, 1/2 and 1 median distances with the smallest error on 2,000 training examples after fitting 3,000 others",
		Why:  "one had to be chosen, without the test set",
	},
	{
		Source: "table 3", Paper: "the features are left open",
		Here: "8 orientations of wavelets of 3, 5 and 8 pixels, averaged over 7x7 cells; whitened 6x6 patches, averaged over 2x2",
		Why:  "they had to be chosen",
	},
}
