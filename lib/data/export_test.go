package data

// ModuleData is where MNIST's files are by default.
var ModuleData = moduleData
